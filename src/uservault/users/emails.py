from datetime import datetime

from sqlalchemy import delete, func, insert, select

from uservault.kit.identity import email_key
from uservault.users.identifiers import Identifier, Kind, unless_taken
from uservault.users.models import User, UserEmail
from uservault.wiring.repository import Repository


class UserEmailRepository(Repository[UserEmail]):
    """A user's further addresses: all but the primary one. Lock the user before you change them.

    A verified one is theirs alone, by its identifier. An unverified one keeps nobody from it.
    """

    model = UserEmail

    async def find(self, user_id: int, address: str) -> UserEmail | None:
        """In any spelling."""
        return await self.session.get(UserEmail, (user_id, email_key(address)))

    async def usable(self, user: User, address: str) -> str | None:
        """The address as stored, if it is the user's primary one or verified."""
        if email_key(address) == email_key(user.email):
            return user.email
        further = await self.find(user.id, address)
        return further.address if further and further.verified_at else None

    async def count(self, user_id: int) -> int:
        theirs = select(func.count()).where(UserEmail.user_id == user_id)
        return await self.session.scalar(theirs) or 0

    async def add(
        self, user_id: int, address: str, now: datetime, verified_at: datetime | None = None
    ) -> UserEmail:
        """Raises EmailTaken if it is verified, and another user's."""
        row = UserEmail(
            user_id=user_id,
            key=email_key(address),
            address=address,
            verified_at=verified_at,
            created_at=now,
        )
        await self.save(row)
        if verified_at:
            await self._claim(row)
        return row

    async def verify(self, row: UserEmail, now: datetime) -> None:
        """Raises EmailTaken if another user has it."""
        row.verified_at = now
        await self.save(row)
        await self._claim(row)

    async def remove(self, row: UserEmail) -> None:
        await self.delete(row)
        if row.verified_at:
            theirs = (Identifier.kind == Kind.EMAIL) & (Identifier.key == row.key)
            mine = theirs & (Identifier.user_id == row.user_id)
            await self.session.execute(delete(Identifier).where(mine))

    async def absorb(self, user: User, address: str) -> datetime | None:
        """To be called before `address` becomes the user's primary one.

        Removes it from their further ones, and tells when it was verified.
        """
        further = await self.find(user.id, address)
        if further is None:
            return None
        await self.remove(further)
        return further.verified_at

    async def _claim(self, row: UserEmail) -> None:
        claimed = {"kind": Kind.EMAIL, "key": row.key, "user_id": row.user_id}
        with unless_taken(Kind.EMAIL):
            await self.session.execute(insert(Identifier).values(claimed))
