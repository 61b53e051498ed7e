from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeAlias

from uservault.kit.crypto import digest
from uservault.kit.problems import Unavailable
from uservault.limits.errors import TooManyTries
from uservault.limits.limit import Limit
from uservault.wiring.ports import Counters

What: TypeAlias = tuple[str | None, ...]
Counted: TypeAlias = tuple[Limit, What]  # a counter: of which limit, and for whom


class Throttle:
    """Counts before the work is done, so that parallel tries cannot exceed the limit.

    Keys are digests: the storage does not see names or addresses.
    """

    def __init__(self, counters: Counters) -> None:
        self.counters = counters

    async def fits(self, limit: Limit, *what: str | None) -> bool:
        """Count one try. Whether it is within the limit."""
        return await self.counters.add(self._key(limit, what), 1, limit.window) <= limit.amount

    async def take(self, limit: Limit, *what: str | None) -> int:
        """Count one try. How many are left. Raises TooManyTries."""
        count = await self.counters.add(self._key(limit, what), 1, limit.window)
        if count > limit.amount:
            ends_in = await self.counters.ends_in(self._key(limit, what))
            raise TooManyTries(limit, ends_in, first=count == limit.amount + 1)
        return limit.amount - count

    async def give_back(self, limit: Limit, *what: str | None) -> None:
        """Uncount a try that turned out not to count."""
        await self.counters.add(self._key(limit, what), -1, limit.window)

    async def forget(self, limit: Limit, *what: str | None) -> None:
        await self.counters.clear(self._key(limit, what))

    async def standing(self, limit: Limit, *what: str | None) -> tuple[int, float]:
        """How many tries were counted, and the seconds until the window ends. Counts nothing."""
        key = self._key(limit, what)
        used = await self.counters.count(key)
        return used, await self.counters.ends_in(key) if used else 0

    @asynccontextmanager
    async def counting(self) -> AsyncIterator["Tries"]:
        """Tries that are given back if we are too busy to look at them (I8)."""
        tries = Tries(self)
        try:
            yield tries
        except Unavailable:
            await tries.give_back()
            raise

    @staticmethod
    def _key(limit: Limit, what: What) -> str:
        return f"uservault/{limit.name}/{digest(repr(what))}"


class Tries:
    """What one request was counted against."""

    def __init__(self, throttle: Throttle) -> None:
        self.throttle = throttle
        self.taken: list[Counted] = []

    async def take(self, limit: Limit, *what: str | None) -> int:
        """Count one try. How many are left. Raises TooManyTries."""
        self.taken.append((limit, what))
        return await self.throttle.take(limit, *what)

    async def fits(self, limit: Limit, *what: str | None) -> bool:
        """Count one try. Whether it is within the limit."""
        self.taken.append((limit, what))
        return await self.throttle.fits(limit, *what)

    async def give_back(self, *, forget: Limit | None = None) -> None:
        """Uncount them. Those against the limit to `forget` are cleared, with all before them."""
        for limit, what in self.taken:
            if limit == forget:
                await self.throttle.forget(limit, *what)
            else:
                await self.throttle.give_back(limit, *what)
