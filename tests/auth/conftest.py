import time
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from httpx import AsyncClient

from tests.support.processes import served
from uservault.limits.counters import StoredCounters
from uservault.wiring.ports import Resources


class CountersOfOneTest(StoredCounters):
    """Other tests use the same Redis."""

    async def add(self, key: str, amount: int, window: int) -> int:
        return await super().add(self._own(key), amount, window)

    async def ends_in(self, key: str) -> float:
        return await super().ends_in(self._own(key))

    async def clear(self, key: str) -> None:
        await super().clear(self._own(key))

    def _own(self, key: str) -> str:
        return f"{id(self)}/{STARTED}/{key}"


STARTED = time.time_ns()


@pytest.fixture(params=["memory", "redis"])
async def counting(
    request: pytest.FixtureRequest, resources: Resources
) -> AsyncIterator[AsyncClient]:
    """A client of a service that counts as it does outside of tests."""
    memory = request.param == "memory"
    counters = CountersOfOneTest("memory://" if memory else request.getfixturevalue("redis_url"))
    async with served(replace(resources, counters=counters)) as client:
        yield client
    await counters.close()
