from sqlalchemy import text

from tests.events.record import links, verified
from tests.support import databases
from tests.support.databases import connected
from tests.support.fakes import FakeClock
from tests.support.processes import opened
from uservault.audit.adoption import Adoption
from uservault.audit.linking import Linking
from uservault.db import migrations

EVENT = text(
    "INSERT INTO events (type, at, subject_id, data) VALUES"
    " ('user.created', '2026-01-01 00:00:00.000000', 1, '{}')"
)
EVENTS = text("SELECT id, type, subject_id FROM events")


async def test_events_are_the_same_there_and_back_and_chained_meanwhile(blank_url: str) -> None:
    settings = databases.settings_for(blank_url)
    await migrations.upgrade(settings, "0005")
    async with connected(blank_url) as connection:
        await connection.execute(EVENT)

    applied = await migrations.upgrade(settings)
    async with opened(settings, FakeClock()) as resources:
        await Adoption(resources).after(applied)
        await Linking(resources).run_once()
        assert await links(resources) == [(1, 1), (2, 2)]  # the second tells of the adoption
        assert (await verified(resources)).faults == []

    await migrations.downgrade(settings, "0005")
    async with connected(blank_url) as connection:
        assert (await connection.execute(EVENTS)).all()[0] == (1, "user.created", 1)
