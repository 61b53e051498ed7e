from sqlalchemy import func, select

from tests.fakes import FakeClock
from tests.people import Person
from uservault.kit.db import unit_of_work
from uservault.kit.ports import Resources
from uservault.tickets.codes import Codes
from uservault.tickets.models import Ticket
from uservault.tickets.purposes import Purpose
from uservault.tickets.reader import TicketReader
from uservault.tickets.repository import TicketRepository
from uservault.tickets.service import TicketService
from uservault.tickets.sweep import TicketSweep


async def count(resources: Resources) -> int:
    rows = await resources.database.rows(select(func.count()).select_from(Ticket))
    found: int = rows[0][0]
    return found


class TestTicketSweep:
    async def test_forgets_what_has_expired_and_nothing_else(
        self, ada: Person, resources: Resources, clock: FakeClock
    ) -> None:
        reader, codes = resources.shared(TicketReader), resources.shared(Codes)
        async with unit_of_work(resources.database) as session:
            tickets = TicketService(TicketRepository(session), reader, codes, clock)
            for purpose in Purpose:
                await tickets.issue(purpose, ada.id, "ada@example.com")
        sweep = TicketSweep(resources)

        early = await sweep.run_once()
        clock.advance(minutes=30)
        late, again = await sweep.run_once(), await sweep.run_once()

        assert (early, late, again) == (0, 1, 0)
        assert await count(resources) == 2
