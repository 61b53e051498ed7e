from datetime import datetime
from typing import cast

from sqlalchemy import ColumnElement, CursorResult, Update, select, update

from uservault.kit.repository import Repository
from uservault.tickets.models import Ticket


class TicketRepository(Repository[Ticket]):
    """Whoever changes tickets holds their user's row, so that none waits for another in a ring."""

    model = Ticket

    async def newest(self, which: ColumnElement[bool]) -> Ticket | None:
        return await self.session.scalar(select(Ticket).where(which).order_by(Ticket.id.desc()))

    async def spend(self, which: ColumnElement[bool], now: datetime) -> int:
        """How many there were, that nobody had spent."""
        unspent = which & Ticket.used_at.is_(None)
        return await self._count(update(Ticket).where(unspent).values(used_at=now))

    async def count_try(self, which: ColumnElement[bool]) -> bool:
        """Whether there was one left."""
        return await self._count(update(Ticket).where(which).values(tries=Ticket.tries + 1)) == 1

    async def _count(self, statement: Update) -> int:
        quiet = statement.execution_options(synchronize_session=False)
        result = await self.session.execute(quiet)
        return cast("CursorResult[tuple[()]]", result).rowcount
