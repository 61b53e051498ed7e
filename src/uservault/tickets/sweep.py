from sqlalchemy import delete, select

from uservault.kit.db import unit_of_work
from uservault.kit.ports import Resources
from uservault.tickets.models import Ticket

AT_ONCE = 500


class TicketSweep:
    """Forgets tickets that have expired."""

    def __init__(self, resources: Resources) -> None:
        self.database = resources.database
        self.now = resources.clock

    async def run_once(self) -> int:
        """The number of tickets that were forgotten."""
        over = select(Ticket.id).where(Ticket.expires_at <= self.now()).limit(AT_ONCE)
        ids = [row[0] for row in await self.database.rows(over)]
        if ids:
            async with unit_of_work(self.database) as session:
                await session.execute(delete(Ticket).where(Ticket.id.in_(ids)))
        return len(ids)
