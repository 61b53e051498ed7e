"""How many connections a process may keep open (I15)."""

import logging
import resource
from dataclasses import dataclass
from typing import Self

from uservault.settings.base import Network
from uservault.settings.tree import Settings
from uservault.telemetry.origin import is_within

RESERVED = 300  # files for the database, logs, refused connections, and what else a process opens
UNLIMITED = 1_000_000  # files, where there is no limit
SHARE, MAX_SHARE = 8, 500  # a client's part of them, and its most

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Caps:
    """In all, and for one client. A trusted proxy has as many clients as there are."""

    total: int
    per_client: int
    proxies: tuple[Network, ...] = ()

    @classmethod
    def of(cls, settings: Settings) -> Self:
        server, most = settings.server, _allowed_by_files()
        total = min(server.max_connections or most, most)
        share = max(1, min(total // SHARE, MAX_SHARE))
        per_client = min(server.max_connections_per_client or share, total)
        return cls(total, per_client, settings.trusted_proxies)

    def exempts(self, address: str | None) -> bool:
        return is_within(address, self.proxies)


def warn_of_few_files(settings: Settings) -> None:
    chosen, most = settings.server.max_connections, _allowed_by_files()
    if chosen and chosen > most:
        log.warning(
            "USERVAULT_SERVER__MAX_CONNECTIONS is above what the limit of open files allows",
            extra={"chosen": chosen, "allowed": most},
        )


def _allowed_by_files() -> int:
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files == resource.RLIM_INFINITY:
        files = UNLIMITED
    return max(files - RESERVED, files // 2)
