"""Opens the real implementations of the ports."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from uservault.db.clock import DatabaseClock, following
from uservault.db.database import Database
from uservault.keys.secret import sealer, signing_key
from uservault.kit.urls import async_url, left_out_options
from uservault.limits.counters import StoredCounters
from uservault.mail.transports import mail_transport
from uservault.passwords.hasher import PooledHasher
from uservault.settings.tree import Settings
from uservault.wiring.ports import Resources, system_clock

log = logging.getLogger(__name__)


@asynccontextmanager
async def open_resources(settings: Settings) -> AsyncIterator[Resources]:
    plain = settings.database_url.get_secret_value()
    url = async_url(plain)
    for option, reason in left_out_options(plain).items():
        log.info("an option of DATABASE_URL is left out", extra={"option": option, "why": reason})
    database = Database(url, settings.database)
    hasher = PooledHasher(settings.passwords)
    counters = StoredCounters(settings.limits.storage.get_secret_value())
    key = signing_key(settings, url)
    clock = DatabaseClock(database, system_clock)
    try:
        async with following(clock):
            yield Resources(
                settings=settings,
                database=database,
                hasher=hasher,
                counters=counters,
                mail=mail_transport(settings),
                signing_key=key,
                sealer=sealer(settings, key),
                clock=clock,
            )
    finally:
        hasher.close()
        await counters.close()
        await database.close()
