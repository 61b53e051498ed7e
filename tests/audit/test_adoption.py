from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.events.record import NOT_OURS, chained, faults, link_late, links, record, tamper
from uservault.audit.adoption import BEGINS, Adoption
from uservault.audit.chain import ChainTampered
from uservault.audit.kept_head import KeptHead
from uservault.audit.linking import LateLinking, Linking
from uservault.audit.verification import NO_CHAIN
from uservault.events.models import EventRecord
from uservault.settings.audit import AuditSettings
from uservault.wiring.ports import Resources

UNSEAL = "UPDATE events SET seal = NULL, salt = NULL, fingerprint = NULL"
ALL = ("DELETE FROM event_chain", "DELETE FROM event_links", "DELETE FROM events")


def keeping(resources: Resources, file: Path) -> Resources:
    """With a head file."""
    settings = resources.settings.model_copy(update={"audit": AuditSettings(head_file=file)})
    return replace(resources, settings=settings)


async def types(resources: Resources) -> list[str]:
    rows = await resources.database.rows(select(EventRecord.type).order_by(EventRecord.id))
    return [row.type for row in rows]


@pytest.mark.promise("I11")
class TestAdoption:
    async def test_alone_begins_a_chain(self, resources: Resources) -> None:
        await chained(resources, 1)
        await tamper(resources, *ALL)
        await record(resources, 2)

        with pytest.raises(ChainTampered):
            await Linking(resources).run_once()
        unbegun = await faults(resources)
        sealed, begun = await Adoption(resources).run()
        await Linking(resources).run_once()

        assert NO_CHAIN in unbegun
        assert (sealed, begun) == (0, True)
        assert await faults(resources) == []
        assert await types(resources) == ["login.failed", "audit.adopted"]

    async def test_alone_takes_in_events_without_a_seal(self, resources: Resources) -> None:
        await record(resources, 1)
        await tamper(resources, UNSEAL)
        before = await faults(resources)

        sealed, begun = await Adoption(resources).run()
        await Linking(resources).run_once()

        assert before == [f"event 1 {NOT_OURS}"]
        assert (sealed, begun) == (1, False)
        assert await faults(resources) == []
        assert [event for _, event in await links(resources)] == [1, 2]

    async def test_follows_the_migration_that_creates_the_chain(self, resources: Resources) -> None:
        await tamper(resources, *ALL)

        await Adoption(resources).after({"0016"})
        without = await faults(resources)
        await Adoption(resources).after({"0016", BEGINS})

        assert without == [NO_CHAIN]
        assert await faults(resources) == []
        assert await types(resources) == []

    async def test_by_a_migration_is_told_if_there_were_events(
        self, resources: Resources, caplog: pytest.LogCaptureFixture
    ) -> None:
        await record(resources, 1)
        await tamper(resources, UNSEAL)

        await Adoption(resources).after({BEGINS})

        assert await types(resources) == ["login.failed", "audit.adopted"]
        assert "sealed events of an older version" in caplog.text


@pytest.mark.promise("I11")
class TestKeptHead:
    async def test_is_written_outside_of_the_database(
        self, resources: Resources, tmp_path: Path
    ) -> None:
        file = tmp_path / "head"
        kept = keeping(resources, file)

        await chained(kept, 1, 2)

        assert file.read_text() == f"{await kept.shared(KeptHead).head()}\n"
        assert file.stat().st_mode & 0o777 == 0o600
        assert await faults(kept) == []

    @pytest.mark.parametrize(
        "statements",
        [
            ALL,
            ("DELETE FROM event_links WHERE position = 2", "DELETE FROM events WHERE id = 2"),
        ],
    )
    async def test_tells_of_what_was_cut_off(
        self,
        resources: Resources,
        tmp_path: Path,
        statements: tuple[str, ...],
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        kept = keeping(resources, tmp_path / "head")
        await chained(kept, 1, 2)
        before = (tmp_path / "head").read_text()

        await tamper(kept, *statements)
        await Adoption(kept).after({BEGINS})  # the database says that it was migrated just now
        await record(kept, 3)
        for job in (Linking, LateLinking):
            with suppress(ChainTampered):
                await job(kept).run_once()
        await kept.shared(KeptHead).keep()

        assert (tmp_path / "head").read_text() == before
        assert "the record lacks the head that was kept" in caplog.text
        assert await faults(kept) != []

    async def test_is_not_taken_in_by_another_chain(
        self, resources: Resources, tmp_path: Path
    ) -> None:
        kept = keeping(resources, tmp_path / "head")
        await chained(kept, 1, 2)
        before = (tmp_path / "head").read_text()
        columns = "began_at, adopted_to, digest, swept_to, seal"

        await tamper(
            kept,
            "DELETE FROM event_links WHERE position = 2",
            "DELETE FROM events WHERE id = 2",
            f"INSERT INTO event_chain (id, position, {columns})"  # noqa: S608
            f" SELECT 0, 1000000, {columns} FROM event_chain",
        )
        await link_late(kept)
        found = await faults(kept)
        await tamper(kept, "DELETE FROM event_chain WHERE id = 0")

        assert (tmp_path / "head").read_text() == before
        assert "another chain was put in, with the id 0" in found
        assert await faults(kept) != []

    async def test_begins_anew_when_an_operator_adopts(
        self, resources: Resources, tmp_path: Path
    ) -> None:
        kept = keeping(resources, tmp_path / "head")
        await chained(kept, 1, 2)
        await tamper(kept, *ALL)

        await Adoption(kept).run()
        await Linking(kept).run_once()

        assert await faults(kept) == []
        assert (tmp_path / "head").read_text().startswith("1:")

    async def test_says_what_is_wrong_with_its_file(
        self, resources: Resources, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        file = tmp_path / "head"
        file.write_text("something else")
        kept = keeping(resources, file)

        await chained(kept, 1)

        assert file.read_text() == "something else"
        assert "cannot keep the head" in caplog.text
