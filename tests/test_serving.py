"""The service as it runs: told to stop in the middle of its work."""

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic

import httpx
from httpx import AsyncClient

from tests.people import PASSWORD, registration
from tests.serving import Served, serving

CLIENTS, BUSY = 16, 100
WORKERS = {"sqlite": 1, "postgresql": 2, "mariadb": 1}


@asynccontextmanager
async def connection(served: Served) -> AsyncIterator[AsyncClient]:
    """A client with one connection, which it keeps."""
    one = httpx.Limits(max_connections=1)
    async with AsyncClient(
        base_url=served.base_url, limits=one, timeout=30, trust_env=False
    ) as client:
        yield client


async def work(served: Served, name: str, answers: Counter[int]) -> None:
    """Registers, logs in and reads, over and over, until the service closes the connection."""
    async with connection(served) as client:
        for n in range(1_000_000):
            user = registration(f"{name}.{n}")
            login = {"username": f"{name}.{n}", "password": PASSWORD}
            for path, body in (("/api/users", user), ("/api/login", login), ("/readyz", None)):
                method = "POST" if body else "GET"
                answer = await client.request(method, path, json=body)
                answers[answer.status_code] += 1
                if answer.headers.get("Connection") == "close":
                    return


async def test_told_to_stop_it_answers_every_request_in_flight(
    database_url: str, backend: str
) -> None:
    workers = {"USERVAULT_SERVER__WORKERS": str(WORKERS[backend])}
    with serving(database_url, **workers) as served:
        async with asyncio.timeout(60), connection(served) as one, connection(served) as another:
            for idle in (one, another):
                await idle.get("/healthz")
            answers: Counter[int] = Counter()
            working = [
                asyncio.create_task(work(served, f"worker{n}", answers)) for n in range(CLIENTS)
            ]
            while answers.total() < BUSY:
                await asyncio.sleep(0.05)

            served.process.send_signal(signal.SIGTERM)  # H9
            told = monotonic()
            faults = await asyncio.gather(*working, return_exceptions=True)
            code = await asyncio.to_thread(served.process.wait, 30)
            took = monotonic() - told

    assert faults == [None] * CLIENTS
    assert set(answers) == {200, 201}
    assert answers.total() > BUSY
    assert code == 0
    assert took < 20
