import asyncio
from datetime import timedelta

import pytest

from tests.events.record import chained, faults, links, record, record_many, sweep, tamper, verified
from tests.support.fakes import FakeClock
from tests.support.history import history
from uservault.audit.kept_head import KeptHead
from uservault.audit.linking import Linking
from uservault.audit.verification import ChainVerification
from uservault.events.models import EventRecord
from uservault.wiring.ports import Resources

COLUMNS = [each.name for each in EventRecord.__table__.columns if each.name != "id"]
COPY = ", ".join(COLUMNS)


async def a_past(resources: Resources, clock: FakeClock) -> None:
    """Events of three days, 1 and 2, 3, and 4; today is the fourth."""
    for subjects in ((1, 2), (3,), (4,)):
        await chained(resources, *subjects)
        clock.advance(days=1)


class TestEventSweep:
    async def test_forgets_what_is_older_than_the_retention(
        self, resources: Resources, clock: FakeClock
    ) -> None:
        await a_past(resources, clock)

        swept = await sweep(resources, days=2)

        assert swept == 2
        assert await history(resources, "subject_id") == [3, 4]
        assert await links(resources) == [(3, 3), (4, 4)]
        assert await faults(resources) == []

    async def test_leaves_a_chain_that_goes_on(
        self, resources: Resources, clock: FakeClock
    ) -> None:
        await a_past(resources, clock)
        head = await resources.shared(KeptHead).head()
        clock.advance(days=9)

        assert await sweep(resources, days=2) == 4
        emptied = await ChainVerification(resources).run(head)
        await chained(resources, 5)

        assert emptied.faults == []
        assert emptied.head == head
        assert await links(resources) == [(5, 5)]
        assert (await ChainVerification(resources).run(head)).faults == []

    async def test_keeps_all_for_ever_if_it_is_told_so(
        self, resources: Resources, clock: FakeClock
    ) -> None:
        await a_past(resources, clock)
        clock.advance(days=10_000)

        assert await sweep(resources, days=0) == 0

    async def test_keeps_what_is_not_chained_yet(
        self, resources: Resources, clock: FakeClock
    ) -> None:
        await record(resources, 1)
        clock.advance(days=9)

        assert await sweep(resources, days=2) == 0

    @pytest.mark.parametrize(
        ("statement", "left"),
        [
            ("DELETE FROM events WHERE id = 1", 4),
            ("UPDATE events SET subject_id = 7 WHERE id = 2", 3),
            ("UPDATE events SET at = '2020-01-01 00:00:00.000000' WHERE id = 4", 1),
            ("UPDATE event_links SET digest = 'x' WHERE position = 2", 3),
            ("DELETE FROM event_links WHERE position = 1", 3),
        ],
    )
    async def test_keeps_the_evidence(
        self,
        resources: Resources,
        clock: FakeClock,
        caplog: pytest.LogCaptureFixture,
        statement: str,
        left: int,
    ) -> None:
        await a_past(resources, clock)
        await tamper(resources, statement)
        before = await faults(resources)

        clock.advance(days=9)
        await sweep(resources, days=2)

        assert before
        assert set(await faults(resources)) >= set(before)
        assert len(await links(resources)) == left
        assert "events tampered with" in [each.msg for each in caplog.records]

    async def test_does_not_take_back_what_was_swept(
        self, resources: Resources, clock: FakeClock
    ) -> None:
        await a_past(resources, clock)
        await tamper(resources, f"CREATE TABLE kept AS SELECT {COPY} FROM events WHERE id = 1")  # noqa: S608
        clock.advance(days=9)
        await sweep(resources, days=2)

        put_in = f"INSERT INTO events ({COPY}) SELECT {COPY} FROM kept"  # noqa: S608
        await tamper(resources, put_in, "DROP TABLE kept")
        await Linking(resources).run_once()

        [fault] = await faults(resources)
        assert fault == "event 5 was inserted, or no worker has run for an hour"

    async def test_disturbs_nobody_who_verifies_meanwhile(
        self, resources: Resources, clock: FakeClock
    ) -> None:
        for _ in range(3):
            await record_many(resources, 20)
            await Linking(resources).run_once()
            clock.advance(days=9)

            verification, _ = await asyncio.gather(verified(resources), sweep(resources, days=2))

            assert verification.faults == []

    async def test_changes_neither_the_end_nor_the_age_of_the_chain(
        self, resources: Resources, clock: FakeClock
    ) -> None:
        await a_past(resources, clock)
        before = await verified(resources)

        await sweep(resources, days=2)

        after = await verified(resources)
        assert (before.linked, after.linked) == (4, 2)
        assert before.head == after.head
        assert before.began_at == after.began_at == clock() - timedelta(days=3)
