import asyncio
from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import select

from tests.mail.queue import mails, queue
from tests.privacy.deletion.grace import GRACE
from tests.support.fakes import FakeClock
from tests.support.history import history
from tests.support.people import Person, register
from uservault.passwords.models import Password
from uservault.privacy.sweep import PurgeSweep
from uservault.sessions.models import Session
from uservault.users.models import User
from uservault.wiring.ports import Resources

AGENT = {"User-Agent": "Mozilla/5.0 (Ada)"}


@pytest.fixture
def purge(resources: Resources) -> PurgeSweep:
    return PurgeSweep(resources)


class TestPurge:
    async def test_waits_for_the_end_of_the_grace(
        self, admin: Person, ada: Person, purge: PurgeSweep, clock: FakeClock, resources: Resources
    ) -> None:
        await ada.delete("/me")

        clock.advance(days=GRACE, seconds=-1)
        early = await purge.run_once()
        clock.advance(seconds=1)
        late = await purge.run_once()

        assert (early, late, await purge.run_once()) == (0, 1, 0)
        assert (await history(resources, "type", "actor_id", "subject_id"))[-1] == (
            "user.purged",
            None,
            ada.id,
        )
        assert (await (await admin.again()).post(f"/users/{ada.id}/restore")).status_code == 404

    async def test_forgets_the_person_and_what_hangs_on_them(
        self, ada: Person, purge: PurgeSweep, clock: FakeClock, resources: Resources
    ) -> None:
        await queue(resources, user_id=ada.id)
        others = await queue(resources, to="root@example.com", user_id=1)
        await ada.get("/me", headers=AGENT)
        await ada.delete("/me")

        clock.advance(days=GRACE)
        await purge.run_once()

        assert await ids(resources, User.id) == {1}
        assert await ids(resources, Password.user_id) == {1}
        assert await ids(resources, Session.user_id) == {1}
        assert await mails(resources, "id") == [others]

    async def test_leaves_what_happened_without_who_it_was(
        self, admin: Person, ada: Person, purge: PurgeSweep, clock: FakeClock, resources: Resources
    ) -> None:
        await ada.ask("PATCH", "/me", json={"username": "lovelace"}, headers=AGENT)
        await admin.put(f"/users/{ada.id}", json={"username": "ada"}, headers=AGENT)
        before = await history(resources, "type", "actor_id", "subject_id", "data")
        await ada.delete("/me")

        clock.advance(days=GRACE)
        await purge.run_once()

        kept = await history(resources, "type", "actor_id", "subject_id", "data")
        assert kept[: len(before)] == before
        told = await history(resources, "actor_id", "subject_id", "address", "user_agent")
        theirs = [each for each in told if each[0] == ada.id or each[:2] == (None, ada.id)]
        assert theirs
        assert {each[2:] for each in theirs} == {(None, None)}
        by_admin = [each for each in told if each[:2] == (admin.id, ada.id)]
        assert by_admin
        assert all(each[2] and each[3] for each in by_admin)

    @pytest.mark.promise("C6")
    async def test_sets_name_and_address_free_but_never_the_id(
        self, ada: Person, purge: PurgeSweep, clock: FakeClock, anyone: AsyncClient
    ) -> None:
        await ada.delete("/me")
        clock.advance(days=GRACE)
        await purge.run_once()

        again = await register(anyone, "ada")

        assert again.id > ada.id

    async def test_leaves_who_was_restored(
        self, admin: Person, ada: Person, purge: PurgeSweep, clock: FakeClock, resources: Resources
    ) -> None:
        await ada.delete("/me")
        await admin.post(f"/users/{ada.id}/restore")

        clock.advance(days=GRACE)

        assert await purge.run_once() == 0
        assert ada.id in await ids(resources, User.id)

    async def test_and_restoring_at_the_same_time_agree(
        self, admin: Person, purge: PurgeSweep, clock: FakeClock, resources: Resources
    ) -> None:
        for n in range(10):
            user = await register(admin.client, f"user{n}")
            await user.delete("/me")
            clock.advance(days=GRACE)
            keeper = await admin.again()

            restored, _ = await asyncio.gather(
                keeper.post(f"/users/{user.id}/restore"), purge.run_once()
            )

            there = user.id in await ids(resources, User.id)
            assert restored.status_code == (200 if there else 404)

    async def test_by_several_workers_happens_once(
        self, ada: Person, clock: FakeClock, resources: Resources
    ) -> None:
        await ada.delete("/me")
        clock.advance(days=GRACE)

        await asyncio.gather(*(PurgeSweep(resources).run_once() for _ in range(5)))

        assert (await history(resources)).count("user.purged") == 1


async def ids(resources: Resources, column: Any) -> set[int]:
    return {row[0] for row in await resources.database.rows(select(column))}
