"""Counters in this process's memory, or shared in Redis, by the `limits` library."""

import logging
from contextlib import AsyncExitStack
from time import time
from typing import Any, cast

from limits.aio.storage import MemoryStorage, Storage
from limits.storage import storage_from_string

log = logging.getLogger(__name__)
TIMEOUT = 1.0  # seconds for Redis to answer


class StoredCounters:
    """While the shared storage does not answer, this process counts by itself.

    A less exact throttle is better than none, and better than an outage.
    """

    def __init__(self, uri: str) -> None:
        self.own = MemoryStorage()
        self._opened = AsyncExitStack()
        self.shared = _redis(uri, self._opened) if uri.startswith("redis") else MemoryStorage()

    async def close(self) -> None:
        await self._opened.aclose()

    async def add(self, key: str, amount: int, window: int) -> int:
        try:
            return await self.shared.incr(key, window, amount)
        except Exception as error:  # noqa: BLE001 - each client library has its own errors
            log.warning("counters unavailable", extra={"reason": type(error).__name__})
            return await self.own.incr(key, window, amount)

    async def ends_in(self, key: str) -> float:
        try:
            end = await self.shared.get_expiry(key)
        except Exception:  # noqa: BLE001
            end = await self.own.get_expiry(key)
        return max(0.0, end - time())

    async def clear(self, key: str) -> None:
        try:
            await self.shared.clear(key)
        except Exception:  # noqa: BLE001
            await self.own.clear(key)


def _redis(uri: str, opened: AsyncExitStack) -> Storage:
    from redis.asyncio import ConnectionPool  # noqa: PLC0415 - of the extra `redis`
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
