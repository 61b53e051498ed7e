from dataclasses import dataclass

from limits import parse

from uservault.kit.crypto import digest
from uservault.limits.errors import TooManyTries
from uservault.wiring.ports import Counters


@dataclass(frozen=True, slots=True)
class Limit:
    """`amount` tries within `window` seconds, for each key that is counted under `name`."""

    name: str
    amount: int
    window: int

    @classmethod
    def parsed(cls, name: str, rate: str) -> "Limit":
        """Parse a rate such as `10/minute`."""
        item = parse(rate)
        return cls(name, item.amount, item.get_expiry())


class Throttle:
    """Counts before the work is done, so that parallel tries cannot exceed the limit.

    Keys are digests: the storage does not see names or addresses.
    """

    def __init__(self, counters: Counters) -> None:
        self.counters = counters

    async def take(self, limit: Limit, *what: str | None) -> None:
        """Count one try. Raises TooManyTries with the seconds until the window ends."""
        key = self._key(limit, what)
        count = await self.counters.add(key, 1, limit.window)
        if count > limit.amount:
            first = count == limit.amount + 1
            raise TooManyTries(await self.counters.ends_in(key), first=first)

    async def give_back(self, limit: Limit, *what: str | None) -> None:
        """Uncount a try that turned out not to count."""
        await self.counters.add(self._key(limit, what), -1, limit.window)

    async def forget(self, limit: Limit, *what: str | None) -> None:
        await self.counters.clear(self._key(limit, what))

    @staticmethod
    def _key(limit: Limit, what: tuple[str | None, ...]) -> str:
        return f"uservault/{limit.name}/{digest(repr(what))}"
