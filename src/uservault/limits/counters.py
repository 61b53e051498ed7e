"""Counters, kept by the `limits` library: in this process's memory, or shared in Redis."""

import logging
from contextlib import AsyncExitStack
from time import time
from typing import Any, cast

from limits.aio.storage import MemoryStorage, Storage
from limits.storage import storage_from_string

log = logging.getLogger(__name__)
PATIENCE = 1.0  # seconds for Redis to answer


class StoredCounters:
    """The one module that knows the library.

    While the shared storage does not answer, this process counts for itself: a throttle that
    is less exact is better than none, and than a service that stands still.
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
        except Exception as error:  # noqa: BLE001 - each client library has errors of its own
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

    # A request waits for these: one more try, for a connection that broke while it was idle.
    pool = ConnectionPool.from_url(
        uri,
        socket_timeout=PATIENCE,
        socket_connect_timeout=PATIENCE,
        retry=Retry(NoBackoff(), 1),
    )
    opened.push_async_callback(pool.aclose)
    options: dict[str, Any] = {"implementation": "redispy", "connection_pool": pool}
    return cast("Storage", storage_from_string(f"async+{uri}", **options))
