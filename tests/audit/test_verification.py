from dataclasses import replace

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
from uservault.audit.kept_head import KeptHead
from uservault.audit.linking import Linking
from uservault.audit.verification import MAX_FAULTS, NO_CHAIN, ChainVerification
from uservault.events.models import EventRecord
from uservault.kit.crypto import Sealer
from uservault.wiring.ports import Resources

COLUMNS = [each.name for each in EventRecord.__table__.columns if each.name != "id"]
COPY = ", ".join(COLUMNS)
COPY_2 = f"INSERT INTO events (id, {COPY}) SELECT 20, {COPY} FROM events WHERE id = 2"  # noqa: S608
EDITS = {
    "user_id": "7",
    "type": "'login.succeeded'",
    "at": "'2026-01-01 00:00:01.000000'",
    "actor_kind": "'service'",
    "actor_id": "7",
    "subject_id": "7",
    "session_id": "7",
    "address": "'192.0.2.8'",
    "user_agent": "'wget'",
    "request_id": "'r2'",
    "data": """'{"reason": "deactivated"}'""",
    "personal": """'{"email": "a@example.com"}'""",
    "salt": "'x'",
    "fingerprint": "'x'",
    "seal": "'x'",
}


class TestVerification:
    def test_knows_of_every_column(self) -> None:
        assert sorted(EDITS) == sorted(COLUMNS)

    @pytest.mark.parametrize("id", [1, 3])
    async def test_finds_every_edit(self, resources: Resources, id: int) -> None:
        await chained(resources, 1, 2, 3)
        for column, value in EDITS.items():
            before = f"CREATE TABLE kept AS SELECT {column} AS v FROM events WHERE id = {id}"  # noqa: S608
            edit = f"UPDATE events SET {column} = {value} WHERE id = {id}"  # noqa: S608
            back = f"UPDATE events SET {column} = (SELECT v FROM kept) WHERE id = {id}"  # noqa: S608
            await tamper(resources, before, edit)

            found = await faults(resources)

            assert len(found) == 1, column
            assert found[0].startswith(f"event {id} was edited"), column
            await tamper(resources, back, "DROP TABLE kept")
        assert await faults(resources) == []

    @pytest.mark.parametrize("column", ["address", "user_agent"])
    async def test_finds_what_was_wiped_by_somebody_else(
        self, resources: Resources, column: str
    ) -> None:
        await chained(resources, 1)

        await tamper(resources, f"UPDATE events SET {column} = NULL")  # noqa: S608
        one = await faults(resources)
        await tamper(resources, "UPDATE events SET address = NULL, user_agent = NULL, salt = NULL")

        assert await faults(resources) == one == ["event 1 was edited in its personal data"]

    @pytest.mark.parametrize(
        ("statements", "found"),
        [
            (["DELETE FROM events WHERE id = 1"], ["event 1 was removed"]),
            (["DELETE FROM events WHERE id = 2"], ["event 2 was removed"]),
            (["DELETE FROM events WHERE id = 4"], ["event 4 was removed"]),
            (
                ["DELETE FROM events WHERE id = 1", "DELETE FROM event_links WHERE event_id = 1"],
                ["links 1 to 1 were removed"],
            ),
            (
                ["DELETE FROM events WHERE id < 4", "DELETE FROM event_links WHERE event_id < 4"],
                ["links 1 to 3 were removed"],
            ),
            (
                [
                    "DELETE FROM events WHERE id = 2",
                    "DELETE FROM event_links WHERE event_id = 2",
                    "UPDATE event_links SET position = 2 WHERE position = 3",
                ],
                ["link 2 or the one before it was edited", "links 3 to 3 were removed"],
            ),
            (["DELETE FROM event_links WHERE position = 2"], ["links 2 to 2 were removed"]),
            (
                ["UPDATE event_links SET digest = 'x' WHERE position = 2"],
                [
                    "link 2 or the one before it was edited",
                    "link 3 or the one before it was edited",
                ],
            ),
            (
                ["UPDATE event_links SET seal = 'x' WHERE position = 2"],
                [
                    "link 2 or the one before it was edited",
                    "event 2 was replaced by another event",
                ],
            ),
            (
                ["UPDATE event_links SET position = 9 WHERE position = 4"],
                ["links 4 to 8 were removed"],
            ),
            (
                ["UPDATE event_links SET position = 0 WHERE position = 1"],
                ["link 0 was inserted before the beginning", "links 1 to 1 were removed"],
            ),
            (
                [
                    "UPDATE events SET id = 9 WHERE id = 2",
                    "UPDATE events SET id = 2 WHERE id = 3",
                    "UPDATE events SET id = 3 WHERE id = 9",
                ],
                [
                    "event 2 was replaced by another event",
                    "event 3 was replaced by another event",
                ],
            ),
            ([COPY_2], ["event 20 is a copy of event 2"]),
            (
                [COPY_2, "UPDATE events SET subject_id = 9 WHERE id = 20"],
                [f"event 20 {NOT_OURS}"],
            ),
            (
                ["UPDATE event_chain SET position = 1"],
                [
                    "the beginning of the chain was edited",
                    "link 1 was inserted before the beginning",
                    "link 2 or the one before it was edited",
                ],
            ),
            (["UPDATE event_chain SET adopted_to = 9"], ["the beginning of the chain was edited"]),
            (
                ["DELETE FROM event_chain"],
                [
                    NO_CHAIN,
                    "link 1 or the one before it was edited",
                ],
            ),
        ],
        ids=lambda value: value[0],
    )
    async def test_finds_what_was_removed_put_in_or_moved(
        self, resources: Resources, statements: list[str], found: list[str]
    ) -> None:
        await chained(resources, 1, 2, 3, 4)

        await tamper(resources, *statements)

        assert await faults(resources) == found

    @pytest.mark.parametrize("seal", ["'forged'", "NULL"])
    async def test_finds_what_was_put_in_even_if_a_worker_has_come_by(
        self, resources: Resources, seal: str
    ) -> None:
        await chained(resources, 1)
        await tamper(
            resources,
            "INSERT INTO events (type, at, subject_id, data) VALUES"
            " ('role.granted', '2026-01-01 00:00:00.000000', 7, '{}')",
            f"UPDATE events SET seal = {seal} WHERE id = 2",  # noqa: S608
        )

        await chained(resources, 2)
        await link_late(resources)

        assert len(await links(resources)) == 2
        assert await faults(resources) == [f"event 2 {NOT_OURS}"]

    async def test_finds_a_copy_even_if_a_worker_has_come_by(self, resources: Resources) -> None:
        await chained(resources, 1, 2)
        await tamper(resources, COPY_2)

        await link_late(resources)

        assert await faults(resources) == ["event 20 is a copy of event 2"]

    async def test_lets_what_is_new_wait_for_a_while(
        self, resources: Resources, clock: FakeClock
    ) -> None:
        await chained(resources, 1)
        await record(resources, 2)

        new = await verified(resources)
        clock.advance(hours=2)

        assert (new.waiting, new.faults) == (1, [])
        [fault] = await faults(resources)
        assert fault == "event 2 was inserted, or no worker has run for an hour"

    async def test_finds_an_end_that_is_missing_by_a_head_that_was_kept(
        self, resources: Resources
    ) -> None:
        await chained(resources, 1, 2, 3)
        verification = ChainVerification(resources)
        head = await resources.shared(KeptHead).head()
        cut = [
            f"DELETE FROM {table} WHERE {column} = 3"  # noqa: S608
            for table, column in (("events", "id"), ("event_links", "position"))
        ]

        intact = await verification.run(head)
        await tamper(resources, *cut)
        unnoticed = await verification.run()
        found = await verification.run(head)
        await chained(resources, 4)
        replaced = await verification.run(head)

        assert intact.faults == unnoticed.faults == []
        assert found.faults == [
            "the end of the chain was removed: it ends at 2 instead of 3 or later"
        ]
        assert replaced.faults == ["link 3 was replaced"]

    async def test_verifies_by_an_older_key_as_long_as_it_is_set(
        self, resources: Resources
    ) -> None:
        await chained(resources, 1)
        old, new = resources.signing_key, b"n" * 32

        both = replace(resources, sealer=Sealer([new, old]))
        await chained(both, 2)
        alone = await faults(replace(resources, sealer=Sealer([new])))

        assert await faults(both) == []
        assert f"event 1 {NOT_OURS}" in alone

    async def test_counts_more_than_it_tells(self, resources: Resources) -> None:
        await record_many(resources, MAX_FAULTS + 5)
        await Linking(resources).run_once()
        await tamper(resources, "UPDATE events SET subject_id = 2")

        findings = await verified(resources)

        assert (findings.count, len(findings.faults)) == (MAX_FAULTS + 5, MAX_FAULTS)
