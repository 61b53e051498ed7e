"""Many who want the same name at the same time, at one service or at two over one database."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest
from httpx import ASGITransport, AsyncClient

from tests.support import databases
from tests.support.patience import patience
from tests.support.people import PASSWORD
from tests.support.serving import serving
from uservault.app import create_app
from uservault.db.database import Database
from uservault.settings.tree import Settings
from uservault.wiring.ports import Resources

MANY = "1000000/minute"
WANTED = {
    "the same name": lambda n: {"username": "ada", "email": f"ada{n}@example.com"},
    "its case variants": lambda n: {"username": cased("lovelace", n), "email": f"l{n}@example.com"},
    "the same address": lambda n: {"username": f"ada{n}", "email": "ada@example.com"},
    "its case variants too": lambda n: {
        "username": f"byron{n}",
        "email": f"{cased('byron', n)}@Example.com",
    },
    "its Unicode variants": lambda n: {
        "username": f"noel{n}",
        "email": f"{wide('noel', n)}@example.com",
    },
}


def cased(word: str, n: int) -> str:
    """One of the ways to write a word in capitals and small letters."""
    return "".join(c.upper() if n >> i & 1 else c for i, c in enumerate(word))


def wide(word: str, n: int) -> str:
    """One of the ways to write a word in letters that are as wide as they are high, and others."""
    return "".join(chr(ord(c) + 0xFEE0) if n >> i & 1 else c for i, c in enumerate(word))


@pytest.fixture
def settings(database_url: str) -> Settings:
    limits = {"register_per_client": MANY, "register_refused_per_client": MANY}
    return databases.settings_for(database_url, limits=limits, log={"file": None})


@pytest.fixture
async def replica(settings: Settings, resources: Resources) -> AsyncIterator[AsyncClient]:
    """Another instance of the service, with connections of its own."""
    database = Database(resources.database.url, settings.database)

    @asynccontextmanager
    async def opening(_: Settings) -> AsyncIterator[Resources]:
        yield replace(resources, database=database)

    app = create_app(settings, opening)
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app), base_url="http://test/api") as client,
    ):
        yield client
    await database.close()


async def race(clients: Sequence[AsyncClient], wanted: Iterator[dict[str, Any]]) -> Counter[int]:
    """How often each status was answered when all register at once."""
    bodies = [body | {"password": PASSWORD} for body in wanted]
    asked = [clients[n % len(clients)].post("/users", json=body) for n, body in enumerate(bodies)]
    return Counter(answer.status_code for answer in await asyncio.gather(*asked))


class TestCreateUser:
    @pytest.mark.promise("H2")
    async def test_gives_a_name_to_one_of_fifty_every_time(self, anyone: AsyncClient) -> None:
        rounds = []
        for n in range(20):
            wanted = ({"username": f"ada{n}", "email": f"{n}@{m}.example.com"} for m in range(50))
            rounds.append(await race([anyone], wanted))

        assert rounds == [{201: 1, 409: 49}] * 20

    @pytest.mark.promise("H2")
    @pytest.mark.parametrize("what", WANTED)
    async def test_gives_it_to_one_of_fifty_at_two_replicas(
        self, anyone: AsyncClient, replica: AsyncClient, what: str
    ) -> None:
        wanted = (WANTED[what](n) for n in range(50))

        answers = await race([anyone, replica], wanted)

        assert answers == {201: 1, 409: 49}

    async def test_does_so_in_real_processes_with_real_hashes(
        self, database_url: str, backend: str
    ) -> None:
        if backend != "postgresql":
            pytest.skip("one is enough of what takes so long")
        real = {"USERVAULT_PASSWORDS__ROUNDS": "10", "USERVAULT_SERVER__WORKERS": "2"}
        with serving(database_url, **real) as served:
            limits = httpx.Limits(max_connections=50)
            async with AsyncClient(
                base_url=f"{served.url}/api", limits=limits, timeout=patience(30), trust_env=False
            ) as client:
                answers = await race([client], (WANTED["the same name"](n) for n in range(50)))

        assert answers == {201: 1, 409: 49}
