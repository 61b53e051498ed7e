"""Requests that end before they are done, and requests that wait for a connection."""

import asyncio
from contextlib import suppress
from time import monotonic

import pytest
from httpx import AsyncClient
from sqlalchemy import func, select, text

from tests.support import databases
from tests.support.patience import patience
from tests.support.people import Person, registration
from uservault.db.unit_of_work import unit_of_work
from uservault.passwords.models import Password
from uservault.settings.tree import Settings
from uservault.users.models import User
from uservault.wiring.ports import Resources

MANY = "1000000/minute"
POOL = 0.5  # seconds


@pytest.fixture
def settings(database_url: str) -> Settings:
    small = {"write_pool_size": 2, "read_pool_size": 2, "pool_timeout": POOL}
    limits = {"register_per_client": MANY}
    return databases.settings_for(database_url, database=small, limits=limits, log={"file": None})


class TestCancellation:
    async def test_of_a_write_leaves_no_connection_behind_and_nothing_half_written(
        self, anyone: AsyncClient, admin: Person, resources: Resources
    ) -> None:
        for n in range(40):  # at forty moments between the first byte and the commit
            asking = asyncio.create_task(anyone.post("/users", json=registration(f"ada{n}")))
            await asyncio.wait([asking], timeout=n / 4000)
            asking.cancel()
            with suppress(asyncio.CancelledError):
                await asking

        assert resources.database.connections_in_use() == 0
        count = [select(func.count()).select_from(table) for table in (User, Password)]
        users, passwords = [await resources.database.rows(each) for each in count]
        assert users == passwords
        asked = [anyone.post("/users", json=registration(f"grace{n}")) for n in range(5)]
        assert [each.status_code for each in await asyncio.gather(*asked)] == [201] * 5

    async def test_of_a_read_leaves_no_connection_behind(
        self, admin: Person, resources: Resources
    ) -> None:
        for n in range(40):
            asking = asyncio.create_task(admin.get("/users"))
            await asyncio.wait([asking], timeout=n / 10000)
            asking.cancel()
            with suppress(asyncio.CancelledError):
                await asking

        asked = [admin.get("/users") for _ in range(5)]
        assert [each.status_code for each in await asyncio.gather(*asked)] == [200] * 5
        assert resources.database.connections_in_use() == 0


class TestExhaustion:
    @pytest.mark.promise("H11")
    async def test_of_the_pool_is_answered_in_time_and_delays_no_reader(
        self, anyone: AsyncClient, admin: Person, resources: Resources, backend: str
    ) -> None:
        holding = asyncio.Event()

        async def hold(held: asyncio.Event) -> None:
            async with unit_of_work(resources.database) as session:
                await session.execute(text("SELECT 1"))
                held.set()
                await holding.wait()

        held = [asyncio.Event() for _ in range(1 if backend == "sqlite" else 2)]
        holders = [asyncio.create_task(hold(each)) for each in held]
        await asyncio.gather(*(each.wait() for each in held))
        began = monotonic()
        waiting = [anyone.post("/users", json=registration(f"ada{n}")) for n in range(10)]
        answers = await asyncio.gather(*waiting)
        took = monotonic() - began
        read = await admin.get("/users")
        holding.set()
        await asyncio.gather(*holders)

        assert {answer.status_code for answer in answers} == {503}
        assert all(answer.headers["Retry-After"] == "1" for answer in answers)
        assert POOL <= took < POOL + patience(1)
        assert read.status_code == 200
        assert (await anyone.post("/users", json=registration("ada"))).status_code == 201
