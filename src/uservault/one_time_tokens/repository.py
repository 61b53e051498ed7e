from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, Select, Update, delete, select, update

from uservault.db.database import AnyRow
from uservault.one_time_tokens.models import OneTimeToken
from uservault.one_time_tokens.reader import OF_THIS_EPOCH
from uservault.users.models import User
from uservault.wiring.repository import Repository


class OneTimeTokenRepository(Repository[OneTimeToken]):
    """Lock the user before you change their one-time tokens, so that no two wait in a ring."""

    model = OneTimeToken

    async def epoch(self, user_id: int) -> int | None:
        """The user's credential epoch."""
        return await self.session.scalar(select(User.credential_epoch).where(User.id == user_id))

    async def raise_epochs(self, user_ids: Sequence[int]) -> None:
        """Locks the users first, in one order. An entity tag does not count it as a change."""
        theirs = User.id.in_(user_ids)
        await self.session.execute(
            select(User.id).where(theirs).order_by(User.id).with_for_update()
        )
        raised = {"credential_epoch": User.credential_epoch + 1}
        await self._count(update(User).where(theirs).values(raised))

    async def newest(self, which: Select[*tuple[Any, ...]]) -> AnyRow | None:
        return (await self.session.execute(which.order_by(OneTimeToken.id.desc()))).first()

    async def spend(self, which: ColumnElement[bool], now: datetime) -> int:
        """The number of unused ones that are used or void from now on."""
        unspent = which & OneTimeToken.used_at.is_(None)
        return await self._count(update(OneTimeToken).where(unspent).values(used_at=now))

    async def spend_one(self, user_id: int, id: int, now: datetime) -> bool:
        """Whether it could still be used."""
        this = (OneTimeToken.user_id == user_id) & (OneTimeToken.id == id)
        return await self.spend(this & (OneTimeToken.expires_at > now) & OF_THIS_EPOCH, now) == 1

    async def forget(self, user_id: int) -> None:
        """Delete all that were issued to a user."""
        theirs = OneTimeToken.user_id == user_id
        await self.session.execute(delete(OneTimeToken).where(theirs))

    async def count_try(self, which: ColumnElement[bool]) -> bool:
        """Whether a try was left."""
        tried = update(OneTimeToken).where(which).values(tries=OneTimeToken.tries + 1)
        return await self._count(tried) == 1

    async def _count(self, statement: Update) -> int:
        quiet = statement.execution_options(synchronize_session=False)
        result = await self.session.execute(quiet)
        return cast("CursorResult[tuple[()]]", result).rowcount
