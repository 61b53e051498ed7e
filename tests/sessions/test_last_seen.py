import asyncio
from datetime import timedelta

from sqlalchemy import select

from tests.support.fakes import FakeClock
from tests.support.people import Person
from uservault.db.unit_of_work import unit_of_work
from uservault.sessions.last_seen import GATHER, LastSeen
from uservault.sessions.models import Session
from uservault.wiring.ports import Resources


async def test_sees_a_session_again_that_was_being_changed(
    ada: Person, clock: FakeClock, resources: Resources
) -> None:
    presence = resources.shared(LastSeen)
    clock.advance(minutes=2)
    theirs = select(Session.last_seen_at).where(Session.user_id == ada.id)
    async with unit_of_work(resources.database) as session:
        await session.execute(theirs.with_for_update())  # SQLite waits; the servers leave it out
        await ada.get("/me")
        await asyncio.sleep(GATHER + 0.3)
        end = asyncio.create_task(presence.flush())
        await asyncio.sleep(0)

    await end
    await ada.get("/me")
    await presence.flush()

    [[seen]] = await resources.database.rows(theirs)
    assert clock() - seen == timedelta(0)
