from collections.abc import Sequence

from sqlalchemy import select

from uservault.account.schemas import UserEmailRead
from uservault.kit.identity import email_key
from uservault.one_time_tokens.models import OneTimeToken
from uservault.one_time_tokens.purposes import Purpose
from uservault.one_time_tokens.reader import OneTimeTokenReader
from uservault.users.models import UserEmail
from uservault.users.reader import UserReader
from uservault.users.schemas import UserRead
from uservault.wiring.ports import Resources


class UserEmailReader:
    """Reads a user's addresses: the primary one, the further ones, and one that may replace it."""

    def __init__(self, resources: Resources) -> None:
        self.database = resources.database
        self.users = resources.shared(UserReader)
        self.one_time_tokens = resources.shared(OneTimeTokenReader)

    async def of(self, user_id: int) -> list[UserEmailRead]:
        """The primary one first. Raises UserNotFound."""
        user = await self.users.get(user_id)
        further = await self._further(user_id)
        known = {email_key(each.address) for each in (_primary(user), *further)}
        proposed = [
            each for each in await self._proposed(user_id) if email_key(each.address) not in known
        ]
        return [_primary(user), *further, *proposed]

    async def _further(self, user_id: int) -> list[UserEmailRead]:
        columns = (UserEmail.address, UserEmail.verified_at, UserEmail.created_at)
        theirs = select(*columns).where(UserEmail.user_id == user_id)
        rows = await self.database.rows(theirs.order_by(UserEmail.created_at, UserEmail.key))
        return [
            UserEmailRead(
                address=row.address,
                verified=row.verified_at is not None,
                primary=False,
                pending=row.verified_at is None,
                created_at=row.created_at,
            )
            for row in rows
        ]

    async def _proposed(self, user_id: int) -> Sequence[UserEmailRead]:
        """Where verification is required: what replaces the primary one once it is verified."""
        valid = self.one_time_tokens.valid(Purpose.CHANGE_EMAIL)
        theirs = valid.where(OneTimeToken.user_id == user_id).order_by(OneTimeToken.id.desc())
        rows = await self.database.rows(theirs.add_columns(OneTimeToken.created_at).limit(1))
        return [
            UserEmailRead(
                address=row.address,
                verified=False,
                primary=False,
                pending=True,
                created_at=row.created_at,
            )
            for row in rows
        ]


def _primary(user: UserRead) -> UserEmailRead:
    return UserEmailRead(
        address=user.email,
        verified=user.email_verified,
        primary=True,
        pending=False,
        created_at=None,
    )
