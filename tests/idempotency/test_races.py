"""Requests with one Idempotency-Key at the same time, in one process and in two."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from httpx import AsyncClient

from tests.idempotency.keys import REPLAYED, keyed
from tests.support.fakes import FakeClock
from tests.support.history import history
from tests.support.patience import until
from tests.support.people import Person, registration
from tests.support.processes import opened, served
from uservault.db.unit_of_work import unit_of_work
from uservault.idempotency.running import Running
from uservault.settings.tree import Settings
from uservault.users.models import User
from uservault.wiring.ports import Resources

GONE = {"reason": "on leave"}


@pytest.fixture
async def elsewhere(settings: Settings, clock: FakeClock) -> AsyncIterator[Resources]:
    """Another process on the same database."""
    async with opened(settings, clock) as resources:
        yield resources


@asynccontextmanager
async def locked(resources: Resources, person: Person) -> AsyncIterator[None]:
    """Whoever changes this user waits until the end of the block."""
    async with unit_of_work(resources.database) as session:
        await session.get(User, person.id, with_for_update=True)
        yield


async def busy(*processes: Resources) -> None:
    """Returns when each of them answers a request with a key."""
    await until(lambda: all(each.shared(Running).key_hashes for each in processes))


class TestOneProcess:
    @pytest.mark.promise("H8")
    async def test_refuses_the_second_while_the_first_runs(
        self, admin: Person, ada: Person, resources: Resources
    ) -> None:
        path = f"/users/{ada.id}/deactivate"
        async with locked(resources, ada):
            running = asyncio.create_task(admin.post(path, json=GONE, headers=keyed()))
            await busy(resources)
            second = await admin.post(path, json=GONE, headers=keyed())
        first = await running
        third = await admin.post(path, json=GONE, headers=keyed())

        assert (second.status_code, second.json()["code"]) == (409, "idempotency-key-in-use")
        assert (first.status_code, first.headers.get(REPLAYED)) == (200, None)
        assert (third.status_code, third.headers[REPLAYED]) == (200, "true")
        assert (await history(resources)).count("user.deactivated") == 1

    @pytest.mark.promise("H8")
    async def test_does_the_deed_of_many_once(self, admin: Person, anyone: AsyncClient) -> None:
        given = registration("eve")

        answers = await asyncio.gather(
            *(anyone.post("/users", json=given, headers=keyed()) for _ in range(10))
        )

        made = [each for each in answers if each.status_code == 201]
        refused = {each.json()["code"] for each in answers if each.status_code != 201}
        assert [each.headers.get(REPLAYED) for each in made].count(None) == 1
        assert refused <= {"idempotency-key-in-use"}

    async def test_frees_the_key_of_a_cancelled_request(
        self, admin: Person, ada: Person, resources: Resources
    ) -> None:
        path = f"/users/{ada.id}/deactivate"
        async with locked(resources, ada):
            running = asyncio.create_task(admin.post(path, json=GONE, headers=keyed()))
            await busy(resources)
            running.cancel()
            await asyncio.wait([running])

        again = await admin.post(path, json=GONE, headers=keyed())

        assert (again.status_code, again.headers.get(REPLAYED)) == (200, None)


class TestTwoProcesses:
    @pytest.mark.promise("H8")
    async def test_undo_the_second_deed_and_give_the_first_answer(
        self, admin: Person, ada: Person, resources: Resources, elsewhere: Resources
    ) -> None:
        path = f"/users/{ada.id}/deactivate"
        async with served(elsewhere) as client:
            there = Person(admin.id, admin.username, client, admin.token, admin.refresh_token)
            async with locked(resources, ada):
                both = [
                    asyncio.create_task(each.post(path, json=GONE, headers=keyed()))
                    for each in (admin, there)
                ]
                await busy(resources, elsewhere)
            answers = [await each for each in both]

        assert [each.status_code for each in answers] == [200, 200]
        assert answers[0].content == answers[1].content
        assert sorted(REPLAYED in each.headers for each in answers) == [False, True]
        assert (await history(resources)).count("user.deactivated") == 1

    @pytest.mark.promise("H8")
    async def test_answer_the_conflict_with_ones_own_deed_with_its_answer(
        self, admin: Person, anyone: AsyncClient, elsewhere: Resources
    ) -> None:
        async with served(elsewhere) as other:
            for name in ("eve", "mallory", "trent", "peggy"):
                tries = [
                    each.post("/users", json=registration(name), headers=keyed(name))
                    for each in (anyone, other)
                ]
                answers = await asyncio.gather(*tries)

                assert [each.status_code for each in answers] == [201, 201]
                assert answers[0].content == answers[1].content
