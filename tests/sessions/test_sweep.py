import pytest
from sqlalchemy import select

from tests.support.fakes import FakeClock
from tests.support.people import Person
from uservault.sessions.models import Session
from uservault.sessions.sweep import SessionSweep
from uservault.wiring.ports import Resources


async def left(resources: Resources) -> list[int]:
    return [row.id for row in await resources.database.rows(select(Session.id))]


@pytest.mark.parametrize("days", [30, 37])
async def test_forgets_sessions_thirty_days_after_their_end(
    admin: Person, ada: Person, clock: FakeClock, resources: Resources, days: int
) -> None:
    sweep = SessionSweep(resources)
    await ada.post("/logout")  # the administrator's session ends by itself, after seven idle days
    ended = [2] if days == 30 else [1, 2]

    clock.advance(days=days)
    assert await sweep.run_once() == len(ended) - 1
    clock.advance(seconds=1)
    await sweep.run_once()

    assert await left(resources) == [id for id in (1, 2) if id not in ended]


async def test_leaves_live_ones_alone(ada: Person, resources: Resources) -> None:
    assert await SessionSweep(resources).run_once() == 0

    assert await ada.status() == 200
