"""How long answers are kept, and what of them can be read in the database."""

import pytest
from httpx import AsyncClient

from tests.idempotency.keys import REPLAYED, keyed, stored
from tests.support.fakes import FakeClock, FakeHasher
from tests.support.people import PASSWORD, Person, registration
from tests.support.processes import opened, served
from uservault.idempotency.sweep import StoredAnswerSweep
from uservault.settings.tree import Settings
from uservault.wiring.ports import Resources

KEY = "a-key-of-eve"
GONE = {"reason": "on leave"}


class TestKeeping:
    @pytest.mark.promise("G1")
    async def test_shows_nothing_in_the_database(
        self, admin: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        await anyone.post("/users", json=registration("evangeline"), headers=keyed(KEY))

        [row] = await stored(resources)

        # No short ones: random text has those, too.
        for secret in ("evangeline", "example.com", PASSWORD, KEY, "127.0.0.1", '"status"'):
            assert secret not in row.lower()

    async def test_holds_no_connection_while_it_hashes(
        self, admin: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        await anyone.post("/users", json=registration("eve"), headers=keyed())

        assert isinstance(resources.hasher, FakeHasher)
        assert resources.hasher.held == 0

    async def test_stores_nothing_without_a_key(self, ada: Person, resources: Resources) -> None:
        assert await stored(resources) == []

    async def test_gives_no_answer_that_was_sealed_with_a_lost_key(
        self, admin: Person, anyone: AsyncClient, settings: Settings, clock: FakeClock
    ) -> None:
        await anyone.post("/users", json=registration("eve"), headers=keyed())
        async with opened(settings, clock, "another" * 5) as others, served(others) as client:
            response = await client.post("/users", json=registration("eve"), headers=keyed())

        assert (response.status_code, response.json()["code"]) == (422, "idempotency-key-reused")

    async def test_ends_with_the_sweep(
        self, admin: Person, anyone: AsyncClient, clock: FakeClock, resources: Resources
    ) -> None:
        await anyone.post("/users", json=registration("eve"), headers=keyed())
        clock.advance(hours=23, minutes=59)
        early = await StoredAnswerSweep(resources).run_once()
        clock.advance(minutes=1)

        late = await StoredAnswerSweep(resources).run_once()

        assert (early, late) == (0, 1)
        assert await stored(resources) == []


class TestErasure:
    async def test_takes_the_answers_to_the_user(
        self, admin: Person, ada: Person, resources: Resources
    ) -> None:
        await ada.post("/me/emails", json={"email": "a@example.com"}, headers=keyed())
        before = await stored(resources)

        await ada.delete("/me")

        assert len(before) == 1
        assert await stored(resources) == []

    async def test_takes_the_answers_about_the_user(
        self, admin: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        eve = (await anyone.post("/users", json=registration("eve"), headers=keyed())).json()
        path = f"/users/{eve['id']}/deactivate"
        await admin.post(path, json=GONE, headers=keyed())
        role = {"name": "clerk", "permissions": ["users:read"]}
        await admin.post("/roles", json=role, headers=keyed("other"))
        before = await stored(resources)

        await admin.delete(f"/users/{eve['id']}")

        again = await admin.post("/roles", json=role, headers=keyed("other"))
        assert (len(before), len(await stored(resources))) == (3, 1)
        assert again.headers[REPLAYED] == "true"
