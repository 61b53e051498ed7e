import asyncio

import pytest

from tests.events.record import (
    NOT_OURS,
    chained,
    faults,
    link_late,
    links,
    record,
    record_many,
    tamper,
    verified,
)
from tests.support.fakes import FakeClock
from tests.support.processes import opened
from uservault.audit.chain import ChainTampered
from uservault.audit.kept_head import KeptHead
from uservault.audit.linking import RECENT, Linking
from uservault.auth.events import LoginFailed
from uservault.events.log import EventLog
from uservault.wiring.ports import Resources
from uservault.wiring.scope import scope


class TestLinking:
    async def test_links_each_event_once(self, resources: Resources) -> None:
        await chained(resources, 1, 2)
        await chained(resources, 3)

        again = await Linking(resources).run_once()

        assert again == 0
        assert await links(resources) == [(1, 1), (2, 2), (3, 3)]
        findings = await verified(resources)
        assert (findings.linked, findings.waiting, findings.faults) == (3, 0, [])

    async def test_links_a_commit_that_comes_late_when_it_does(
        self, resources: Resources, backend: str
    ) -> None:
        if backend == "sqlite":
            pytest.skip("lets in one writer at a time")
        async with scope(resources) as slow:
            slow.get(EventLog).record(LoginFailed(subject_id=1))
            await slow.session.flush()  # it has the lower id
            await chained(resources, 2)
            before = await links(resources)

        await Linking(resources).run_once()

        assert before == [(1, 2)]
        assert await links(resources) == [(1, 2), (2, 1)]
        assert await faults(resources) == []

    async def test_needs_no_id_that_was_never_committed(self, resources: Resources) -> None:
        async with scope(resources) as made:
            made.get(EventLog).record(LoginFailed(subject_id=1))
            await made.session.flush()
            await made.session.rollback()
        await chained(resources, 2)

        assert len(await links(resources)) == 1
        assert await faults(resources) == []

    async def test_finds_in_the_end_what_comes_later_than_is_usual(
        self, resources: Resources, backend: str
    ) -> None:
        if backend == "sqlite":
            pytest.skip("lets in one writer at a time")
        async with scope(resources) as slow:
            slow.get(EventLog).record(LoginFailed(subject_id=1))
            await slow.session.flush()
            await record_many(resources, RECENT + 1)
            await Linking(resources).run_once()

        usual = await Linking(resources).run_once()
        late = await link_late(resources)

        assert (usual, late) == (0, 1)
        assert (await links(resources))[-1] == (RECENT + 2, 1)
        assert await faults(resources) == []

    async def test_lets_several_workers_share_the_work(
        self, resources: Resources, clock: FakeClock
    ) -> None:
        async with opened(resources.settings, clock) as other:

            async def work(some: Resources) -> None:
                for _ in range(10):
                    await record(some, 1)
                    await Linking(some).run_once()

            await asyncio.gather(work(resources), work(other), work(resources), work(other))
            await Linking(other).run_once()

        assert [position for position, _ in await links(resources)] == list(range(1, 41))
        assert await faults(resources) == []

    @pytest.mark.promise("I11")
    async def test_links_nothing_without_a_seal(self, resources: Resources) -> None:
        await chained(resources, 1)
        await record(resources, 2)
        await tamper(resources, "UPDATE events SET seal = NULL WHERE id = 2")

        await Linking(resources).run_once()

        assert await links(resources) == [(1, 1)]
        assert await faults(resources) == [f"event 2 {NOT_OURS}"]

    @pytest.mark.promise("I11")
    async def test_reports_what_is_not_ours(
        self, resources: Resources, caplog: pytest.LogCaptureFixture
    ) -> None:
        await chained(resources, 1)
        await record(resources, 2, 3)
        await tamper(resources, "UPDATE events SET seal = NULL WHERE id > 1")

        await link_late(resources)

        [said] = [vars(each) for each in caplog.records if each.levelname == "ERROR"]
        assert (said["first"], said["count"]) == (2, 2)

    @pytest.mark.parametrize(
        "statement", ["UPDATE event_chain SET adopted_to = 9", "DELETE FROM event_chain"]
    )
    async def test_does_not_go_on_where_the_beginning_was_changed(
        self, resources: Resources, statement: str
    ) -> None:
        await chained(resources, 1)
        await tamper(resources, statement)
        await record(resources, 2)

        with pytest.raises(ChainTampered):
            await Linking(resources).run_once()

    async def test_tells_the_log_where_it_has_come_to(
        self, resources: Resources, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level("INFO")
        await record(resources, 1)
        await link_late(resources)

        head = str(await resources.shared(KeptHead).head())
        said = [vars(each)["head"] for each in caplog.records if each.msg == "events chained"]
        assert said == [head]
