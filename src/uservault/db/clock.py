"""One time for all hosts that share a database."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta

from sqlalchemy import text

from uservault.db.base import UtcDateTime
from uservault.db.database import Database
from uservault.kit.problems import Problem

log = logging.getLogger(__name__)

EVERY = 60.0  # seconds between measurements
AGAIN = 1.0  # seconds after one that failed
PRECISION = timedelta(milliseconds=10)
NOTABLE = timedelta(seconds=1)
UTC_NOW = {
    "postgresql": "clock_timestamp()",
    "mysql": "UTC_TIMESTAMP(6)",
    "mariadb": "UTC_TIMESTAMP(6)",
    "sqlite": "strftime('%Y-%m-%d %H:%M:%f000', 'now')",
}


class DatabaseClock:
    """The database's time: this host's, and the measured offset.

    Hosts compare times that other hosts wrote. They all do so by this clock, so that it does not
    matter how far their own differ. Before the first measurement, it shows the host's time.
    """

    def __init__(self, database: Database, host: Callable[[], datetime]) -> None:
        self.database = database
        self.host = host
        self.offset = timedelta(0)
        now = text(f"SELECT {UTC_NOW[database.url.get_backend_name()]} AS now")
        self._question = now.columns(now=UtcDateTime)

    def __call__(self) -> datetime:
        return self.host() + self.offset

    async def measure(self) -> None:
        """Move the offset, no further than the answer proves it wrong. Raises DatabaseUnavailable.

        The database read its clock at some time between the question and the answer. So a slow
        answer proves little, and changes little.
        """
        asked = self.host()
        [[there]] = await self.database.rows(self._question)
        least, most = there - self.host() - PRECISION, there - asked + PRECISION
        before, self.offset = self.offset, min(max(self.offset, least), most)
        if abs(self.offset - before) > NOTABLE:
            seconds = round(self.offset.total_seconds(), 3)
            log.warning("offset from the database's clock changed", extra={"offset": seconds})

    async def follow(self, stopped: asyncio.Event) -> None:
        """Measure until it is stopped."""
        while not stopped.is_set():
            pause = AGAIN
            with suppress(Problem):  # whoever needs the database now reports it
                await self.measure()
                pause = EVERY
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await stopped.wait()


@asynccontextmanager
async def following(clock: DatabaseClock) -> AsyncIterator[None]:
    """Measure before and during the block. If the database is away, begin without it."""
    with suppress(Problem):
        await clock.measure()  # which has to connect first; the next one is more precise
    stopped = asyncio.Event()
    task = asyncio.create_task(clock.follow(stopped))
    try:
        yield
    finally:
        # A driver may report a cancelled query as a lost connection. The task would then go on.
        stopped.set()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
