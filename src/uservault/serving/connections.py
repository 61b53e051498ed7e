"""How many connections a process keeps open, so that silent ones keep nobody out (I15)."""

import resource
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol, Self

from uservault.kit.problems import Unavailable
from uservault.settings.base import Network
from uservault.settings.tree import Settings
from uservault.telemetry.origin import is_within

RESERVED = 200  # files for the database, logs, and what else a process opens


class TooManyConnections(Unavailable):
    title = "Too many connections are open."


class Connection(Protocol):
    """`silent`, `since` that time of the loop: no request has come, or none after an answer."""

    address: str | None
    network: str | None
    since: float

    @property
    def silent(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Caps:
    """In all, and for one client. A trusted proxy has as many clients as there are."""

    total: int
    per_client: int
    proxies: tuple[Network, ...]

    @classmethod
    def of(cls, settings: Settings) -> Self:
        files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        total = settings.server.max_connections or max(files - RESERVED, files // 2)
        per_client = settings.server.max_connections_per_client or total // 2
        return cls(total, per_client, settings.trusted_proxies)

    def admits(self, new: Connection, others: Iterable[Connection]) -> bool:
        """Whether its client has fewer than it may."""
        if is_within(new.address, self.proxies):
            return True
        return sum(each.network == new.network for each in others) <= self.per_client

    def to_close(self, open: set[Connection]) -> Connection | None:
        """The one that has been silent for longest, if there are too many in all."""
        if len(open) <= self.total:
            return None
        return min((each for each in open if each.silent), key=lambda it: it.since, default=None)
