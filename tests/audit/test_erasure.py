from typing import ClassVar

import pytest

from tests.events.record import SOMEWHERE, chained, faults, record_many, sweep
from tests.support.fakes import FakeClock
from tests.support.history import history
from uservault.access.principal import Principal
from uservault.audit.erasure import BATCH_SIZE, EventErasure
from uservault.audit.linking import Linking
from uservault.events.log import Event, EventLog
from uservault.wiring.ports import Resources
from uservault.wiring.scope import scope

ADMIN, ADA = 1, 2


class Moved(Event):
    """Tells something personal of its subject."""

    type = "test.moved"
    personal: ClassVar[frozenset[str]] = frozenset({"street"})
    street: str
    distance: int


class Seen(Event):
    type = "test.seen"


async def forget(resources: Resources, user_id: int, *, traces: bool = True) -> int:
    """The number of events."""
    async with scope(resources) as made:
        return len(await made.get(EventErasure).forget(user_id, traces=traces))


async def happened(resources: Resources) -> None:
    """1: to nobody, by nobody. 2, 3: to Ada, by herself. 4, 5: by an administrator. 6: to them."""
    moved = Moved(subject_id=ADA, street="High Street", distance=7)
    by: dict[int | None, list[Event]] = {
        None: [Seen(subject_id=None), Seen(subject_id=ADA)],
        ADA: [moved],
        ADMIN: [Seen(subject_id=ADA), moved, Seen(subject_id=None)],
    }
    for actor, events in by.items():
        principal = Principal.of_user(actor) if actor else None
        async with scope(resources, principal=principal, origin=SOMEWHERE) as made:
            for event in events:
                made.get(EventLog).record(event)
                await made.session.flush()


class TestEventErasure:
    async def test_takes_what_tells_of_the_user_and_leaves_what_happened(
        self, resources: Resources
    ) -> None:
        await happened(resources)
        before = await history(resources, "id", "type", "at", "actor_id", "subject_id", "data")

        forgotten = await forget(resources, ADA)

        assert forgotten == 3
        after = await history(resources, "id", "address", "user_agent", "personal")
        assert after == [
            (1, "192.0.2.7", "curl", None),
            (2, None, None, None),
            (3, None, None, None),
            (4, "192.0.2.7", "curl", None),
            (5, None, None, None),
            (6, "192.0.2.7", "curl", None),
        ]
        same = await history(resources, "id", "type", "at", "actor_id", "subject_id", "data")
        assert same == before
        assert same[2][-1] == {"distance": 7}

    @pytest.mark.promise("I16")
    async def test_may_leave_from_where_they_did_something_to_others(
        self, resources: Resources
    ) -> None:
        await happened(resources)

        own = await forget(resources, ADMIN, traces=False)
        addresses = await history(resources, "id", "actor_id", "address")
        all_of_them = await forget(resources, ADMIN, traces=True)

        assert (own, all_of_them) == (0, 3)
        assert addresses[3:] == [(id, ADMIN, "192.0.2.7") for id in (4, 5, 6)]

    async def test_leaves_a_record_that_verifies(
        self, resources: Resources, clock: FakeClock
    ) -> None:
        await happened(resources)
        await Linking(resources).run_once()

        await forget(resources, ADA)
        linked = await faults(resources)
        await happened(resources)
        await forget(resources, ADA)
        await Linking(resources).run_once()

        assert linked == await faults(resources) == []
        clock.advance(days=9)
        assert await sweep(resources, days=2) == 12
        assert await faults(resources) == []

    async def test_leaves_nothing_to_guess_by(self, resources: Resources) -> None:
        await happened(resources)
        salts = await history(resources, "salt")

        await forget(resources, ADA)

        kept = await history(resources, "salt")
        assert [salt in kept for salt in salts] == [True, False, False, True, False, True]

    @pytest.mark.promise("I10")
    async def test_forgets_much_in_parts_and_each_once(self, resources: Resources) -> None:
        await record_many(resources, BATCH_SIZE + 1)
        await chained(resources, 7)

        assert await forget(resources, 1) == BATCH_SIZE
        assert await forget(resources, 1) == 1
        assert await forget(resources, 1) == 0
        assert (await history(resources, "address")).count(None) == BATCH_SIZE + 1
        assert await faults(resources) == []
