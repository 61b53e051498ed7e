"""Stand-ins for the outside world, with a hand on the controls."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import TypeVar

from uservault.db.database import Database
from uservault.wiring.ports import Verdict

T = TypeVar("T")


@dataclass
class FakeClock:
    time: datetime = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def advance(self, **span: float) -> None:
        self.time += timedelta(**span)


@dataclass
class FakeHasher:
    """Hashes in no time, and notes how many connections were held meanwhile."""

    database: Database
    verified: int = 0
    hashed: int = 0
    held: int = 0
    expected: list[str] = field(default_factory=list)
    free: asyncio.Event = field(default_factory=asyncio.Event)  # clear it, and both wait

    def __post_init__(self) -> None:
        self.free.set()

    async def hash(self, password: str) -> str:
        self.held = max(self.held, self.database.connections_in_use())
        self.hashed += 1
        await self.free.wait()
        return f"hash of {password}"

    async def verify(self, password: str, hash: str | None) -> Verdict:
        self.verified += 1
        await self.free.wait()
        if hash == f"old hash of {password}":
            return Verdict(True, await self.hash(password))
        return Verdict(hash == await self.hash(password))

    def reason_against(self, hash: str) -> str | None:
        return None if "hash of " in hash else "The format of this password hash is unknown."

    def expect(self, hashes: Iterable[str]) -> None:
        self.expected = list(hashes)

    async def load(self) -> None:
        pass

    async def run(self, work: Callable[[], T]) -> T:
        self.held = max(self.held, self.database.connections_in_use())
        return work()


@dataclass
class FakeCounters:
    """Counters whose windows end when they are told to."""

    clock: FakeClock
    counts: Counter[str] = field(default_factory=Counter, repr=False)
    ends: dict[str, datetime] = field(default_factory=dict, repr=False)

    async def add(self, key: str, amount: int, window: int) -> int:
        if self.clock() >= self.ends.get(key, self.clock()):
            self.counts[key] = 0
            self.ends[key] = self.clock() + timedelta(seconds=window)
        self.counts[key] += amount
        return self.counts[key]

    async def count(self, key: str) -> int:
        over = self.clock() >= self.ends.get(key, self.clock())
        return 0 if over else self.counts[key]

    async def ends_in(self, key: str) -> float:
        return (self.ends[key] - self.clock()).total_seconds()

    async def clear(self, key: str) -> None:
        self.counts.pop(key, None)


@dataclass
class FakeMail:
    """Keeps what is sent; each failure in `failures` is raised once, in its turn."""

    sent: list[EmailMessage] = field(default_factory=list, repr=False)
    failures: list[Exception] = field(default_factory=list)

    async def send(self, message: EmailMessage) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append(message)
