"""Counters in this process's memory, or shared in Redis."""

import logging
from contextlib import AsyncExitStack, suppress
from time import time
from typing import TYPE_CHECKING, Any, cast

from uservault.limits.memory import MemoryCounters

if TYPE_CHECKING:
    from limits.aio.storage import Storage

log = logging.getLogger(__name__)
TIMEOUT = 1.0  # seconds for Redis to answer


class StoredCounters:
    """While the shared storage does not answer, this process counts by itself.

    A less exact throttle is better than none, and better than an outage.
    """

    def __init__(self, uri: str) -> None:
        self.own = MemoryCounters()
        self._opened = AsyncExitStack()
        self.shared = _redis(uri, self._opened) if uri.startswith("redis") else None

    async def close(self) -> None:
        await self._opened.aclose()

    async def add(self, key: str, amount: int, window: int) -> int:
        if self.shared:
            try:
                if amount < 0 and await self.shared.get(key) <= 0:
                    return 0  # it has ended: Redis would begin one below zero
                return await self.shared.incr(key, window, amount)
            except Exception as error:  # noqa: BLE001 - each client library has its own errors
                log.warning("counters unavailable", extra={"reason": type(error).__name__})
        return self.own.add(key, amount, window)

    async def count(self, key: str) -> int:
        if self.shared:
            with suppress(Exception):
                return await self.shared.get(key)
        return self.own.count(key)

    async def ends_in(self, key: str) -> float:
        if self.shared:
            with suppress(Exception):
                return max(0.0, await self.shared.get_expiry(key) - time())
        return self.own.ends_in(key)

    async def clear(self, key: str) -> None:
        if self.shared:
            with suppress(Exception):
                await self.shared.clear(key)
        self.own.clear(key)


def _redis(uri: str, opened: AsyncExitStack) -> "Storage":
    # `redis` is an extra, and only shared counters need these.
    from limits.storage import storage_from_string  # noqa: PLC0415
    from redis.asyncio import ConnectionPool  # noqa: PLC0415
    from redis.asyncio.retry import Retry  # noqa: PLC0415
    from redis.backoff import NoBackoff  # noqa: PLC0415

    # Requests wait for this. One retry, because a connection may have broken while idle.
    pool = ConnectionPool.from_url(
        uri,
        socket_timeout=TIMEOUT,
        socket_connect_timeout=TIMEOUT,
        retry=Retry(NoBackoff(), 1),
    )
    opened.push_async_callback(pool.aclose)
    options: dict[str, Any] = {"implementation": "redispy", "connection_pool": pool}
    return cast("Storage", storage_from_string(f"async+{uri}", **options))
