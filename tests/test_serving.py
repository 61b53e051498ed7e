"""The service as it runs: told to stop in the middle of its work."""

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic

import httpx
import pytest
from httpx import AsyncClient

from tests.support.patience import patience
from tests.support.people import PASSWORD, registration
from tests.support.serving import Served, serving

CLIENTS, BUSY = 16, 100
WORKERS = {"sqlite": 1, "postgresql": 2, "mariadb": 1}


@asynccontextmanager
async def connection(served: Served) -> AsyncIterator[AsyncClient]:
    """A client with one connection, which it keeps."""
    one = httpx.Limits(max_connections=1)
    async with AsyncClient(
        base_url=served.url, limits=one, timeout=patience(), trust_env=False
    ) as client:
        yield client


@dataclass
class Load:
    """What was answered so far."""

    answers: Counter[int] = field(default_factory=Counter)
    busy: asyncio.Event = field(default_factory=asyncio.Event)

    def count(self, status: int) -> None:
        self.answers[status] += 1
        if self.answers.total() == BUSY:
            self.busy.set()


async def work(served: Served, name: str, load: Load) -> None:
    """Registers, logs in and reads, over and over, until the service closes the connection."""
    async with connection(served) as client:
        for n in range(1_000_000):
            user = registration(f"{name}.{n}")
            login = {"username": f"{name}.{n}", "password": PASSWORD}
            for path, body in (("/api/users", user), ("/api/login", login), ("/readyz", None)):
                method = "POST" if body else "GET"
                answer = await client.request(method, path, json=body)
                load.count(answer.status_code)
                if answer.headers.get("Connection") == "close":
                    return


@pytest.mark.promise("H9")
async def test_told_to_stop_it_answers_every_request_in_flight(
    database_url: str, backend: str
) -> None:
    workers = {"USERVAULT_SERVER__WORKERS": str(WORKERS[backend])}
    with serving(database_url, **workers) as served:
        async with (
            asyncio.timeout(patience(30)),
            connection(served) as one,
            connection(served) as another,
        ):
            for idle in (one, another):
                await idle.get("/healthz")
            load = Load()
            working = [work(served, f"worker{n}", load) for n in range(CLIENTS)]
            done = asyncio.gather(*working, return_exceptions=True)
            await load.busy.wait()

            served.process.send_signal(signal.SIGTERM)
            told = monotonic()
            faults = await done
            code = await asyncio.to_thread(served.process.wait, patience())
            took = monotonic() - told

    assert faults == [None] * CLIENTS
    assert set(load.answers) == {200, 201}
    assert load.answers.total() > BUSY
    assert code == 0
    assert took < patience(4)
