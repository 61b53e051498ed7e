"""What the record still tells of a purged user, and for how long."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.events.record import record_many
from tests.privacy.deletion.grace import GRACE
from tests.support.fakes import FakeClock
from tests.support.history import history
from tests.support.people import Person, register
from uservault.audit.erasure import BATCH_SIZE
from uservault.privacy.erasures import ErasureSweep
from uservault.privacy.models import Erasure
from uservault.privacy.sweep import PurgeSweep
from uservault.wiring.ports import Resources

RETENTION = timedelta(days=90)


async def purged(resources: Resources, clock: FakeClock, person: Person) -> None:
    await person.delete("/me")
    clock.advance(days=GRACE)
    await PurgeSweep(resources).run_once()


async def origins(resources: Resources, actor: int | None, subject: int) -> set[str | None]:
    """The addresses from which one did something to the other."""
    events = await history(resources, "actor_id", "subject_id", "address")
    return {address for by, to, address in events if (by, to) == (actor, subject)}


@pytest.mark.promise("I16")
class TestErasureSweep:
    async def test_keeps_from_where_they_did_something_to_others_for_a_time(
        self, admin: Person, ada: Person, clock: FakeClock, resources: Resources
    ) -> None:
        heir = await register(admin.client, "heir")
        await admin.put(f"/users/{heir.id}/roles", json={"roles": ["admin"]})
        await heir.put(f"/users/{ada.id}", json={"username": "lovelace"})
        await purged(resources, clock, heir)
        sweep = ErasureSweep(resources)

        kept = await origins(resources, heir.id, ada.id)
        own = await origins(resources, heir.id, heir.id)
        clock.advance(days=89)
        early = await sweep.run_once()
        clock.advance(days=1)
        late = await sweep.run_once()

        assert (kept, own) == ({"127.0.0.1"}, {None})
        assert (early, late, await sweep.run_once()) == (0, 1, 0)
        assert await origins(resources, heir.id, ada.id) == {None}
        assert await resources.database.rows(select(Erasure.user_id)) == []

    @pytest.mark.promise("I10")
    async def test_erases_in_parts_what_a_purge_leaves(
        self, admin: Person, clock: FakeClock, resources: Resources
    ) -> None:
        eve = await register(admin.client, "eve")
        await record_many(resources, BATCH_SIZE + 1, subject=eve.id)
        await purged(resources, clock, eve)
        left = await origins(resources, None, eve.id)

        await ErasureSweep(resources).run_once()

        assert left == {None, "192.0.2.7"}
        assert await origins(resources, None, eve.id) == {None}
        [row] = await resources.database.rows(select(Erasure.due_at, Erasure.traces_until))
        assert row.due_at == row.traces_until == clock() + RETENTION
