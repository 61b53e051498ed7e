"""Counters as they are outside of tests."""

import time

from uservault.limits.counters import StoredCounters

STARTED = time.time_ns()


class CountersOfOneTest(StoredCounters):
    """Other tests use the same Redis."""

    async def add(self, key: str, amount: int, window: int) -> int:
        return await super().add(self._own(key), amount, window)

    async def count(self, key: str) -> int:
        return await super().count(self._own(key))

    async def ends_in(self, key: str) -> float:
        return await super().ends_in(self._own(key))

    async def clear(self, key: str) -> None:
        await super().clear(self._own(key))

    def _own(self, key: str) -> str:
        return f"{id(self)}/{STARTED}/{key}"
