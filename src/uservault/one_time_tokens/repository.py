from datetime import datetime
from typing import cast

from sqlalchemy import ColumnElement, CursorResult, Update, select, update

from uservault.one_time_tokens.models import OneTimeToken
from uservault.wiring.repository import Repository


class OneTimeTokenRepository(Repository[OneTimeToken]):
    """Lock the user before you change their one-time tokens, so that no two wait in a ring."""

    model = OneTimeToken

    async def newest(self, which: ColumnElement[bool]) -> OneTimeToken | None:
        return await self.session.scalar(
            select(OneTimeToken).where(which).order_by(OneTimeToken.id.desc())
        )

    async def spend(self, which: ColumnElement[bool], now: datetime) -> int:
        """How many there were, that nobody had spent."""
        unspent = which & OneTimeToken.used_at.is_(None)
        return await self._count(update(OneTimeToken).where(unspent).values(used_at=now))

    async def count_try(self, which: ColumnElement[bool]) -> bool:
        """Whether there was one left."""
        return (
            await self._count(
                update(OneTimeToken).where(which).values(tries=OneTimeToken.tries + 1)
            )
            == 1
        )

    async def _count(self, statement: Update) -> int:
        quiet = statement.execution_options(synchronize_session=False)
        result = await self.session.execute(quiet)
        return cast("CursorResult[tuple[()]]", result).rowcount
