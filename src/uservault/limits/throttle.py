"""Refusing to be asked too often."""

from dataclasses import dataclass
from ipaddress import IPv6Address, IPv6Network

from limits import parse

from uservault.kit.crypto import digest
from uservault.limits.errors import TooManyTries
from uservault.wiring.ports import Counters


@dataclass(frozen=True, slots=True)
class Limit:
    """So many in a window of so many seconds, for each thing that is counted under `name`."""

    name: str
    amount: int
    window: int

    @classmethod
    def parsed(cls, name: str, rate: str) -> "Limit":
        """From `10/minute`."""
        item = parse(rate)
        return cls(name, item.amount, item.get_expiry())


def client(address: str | None) -> str | None:
    """What counts as one client: of IPv6 the network of 64 bits, for whoever has one of its
    addresses has all 2^64 (RFC 4291 §2.5.4)."""
    try:
        parsed = IPv6Address(address or "")
    except ValueError:
        return address
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(IPv6Network((int(parsed), 64), strict=False))


class Throttle:
    """Counts before the work is done, so that parallel tries cannot outrun it.

    A key is a digest: the counters' storage learns neither names nor addresses.
    """

    def __init__(self, counters: Counters) -> None:
        self.counters = counters

    async def take(self, limit: Limit, *what: str | None) -> None:
        """One more. Raises TooManyTries, with the seconds until the window ends."""
        key = self._key(limit, what)
        count = await self.counters.add(key, 1, limit.window)
        if count > limit.amount:
            first = count == limit.amount + 1
            raise TooManyTries(await self.counters.ends_in(key), first=first)

    async def give_back(self, limit: Limit, *what: str | None) -> None:
        """It was none of those that are counted."""
        await self.counters.add(self._key(limit, what), -1, limit.window)

    async def forget(self, limit: Limit, *what: str | None) -> None:
        await self.counters.clear(self._key(limit, what))

    @staticmethod
    def _key(limit: Limit, what: tuple[str | None, ...]) -> str:
        return f"uservault/{limit.name}/{digest(repr(what))}"
