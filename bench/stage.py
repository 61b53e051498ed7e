"""What every measure finds ready: sizes, servers, databases."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import uvloop

from bench import filling
from bench.processes import Server, reference
from tests.support import databases, servers
from uservault.settings.tree import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """`seconds` is how long a server is asked in one round, `rounds` how often."""

    rounds: int = 7
    seconds: float = 5
    steady: float = 10  # seconds, likewise, of reads at a steady pace
    tokens: int = 5_000
    users: int = 100_000
    few: int = 1_000
    lookups: int = 2_000
    pages: int = 300
    logins: int = 24
    tries: int = 100
    cost: int = 12  # of bcrypt
    starts: int = 7


QUICK = Sizes(
    rounds=3,
    seconds=1,
    steady=3,
    tokens=500,
    users=5_000,
    lookups=500,
    pages=100,
    logins=16,
    tries=15,
    cost=10,
    starts=3,
)


@dataclass(frozen=True, slots=True)
class Stage:
    sizes: Sizes
    postgresql: str
    folder: Path
    reference: Server
    filled: dict[str, float] = field(default_factory=dict)  # seconds
    _settings: dict[tuple[str, int], Settings] = field(default_factory=dict)

    def database(self, kind: str, users: int) -> Settings:
        """Settings that name a database with so many users, which is filled the first time."""
        if (kind, users) not in self._settings:
            self._settings[kind, users] = self._fill(kind, users)
        return self._settings[kind, users]

    def _fill(self, kind: str, users: int) -> Settings:
        name = f"bench_{users}"
        if kind == "postgresql":
            url = databases.create(self.postgresql, name)
        else:
            url = f"sqlite:///{self.folder}/{name}.db"
            databases.migrate(url)
        settings = filling.settings(url, self.sizes.cost)
        began = perf_counter()
        uvloop.run(filling.fill(settings, users))
        self.filled[f"{kind}, {users:,} users"] = round(perf_counter() - began, 1)
        return settings


@contextmanager
def staged(sizes: Sizes) -> Iterator[Stage]:
    with (
        servers.postgresql() as postgresql,
        TemporaryDirectory(prefix="uservault-") as folder,
        reference() as server,
    ):
        yield Stage(sizes, postgresql, Path(folder), server)
