"""Opens the real implementations of the ports."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from uservault.db.clock import DatabaseClock, following
from uservault.db.database import Database
from uservault.keys.secret import sealer, signing_key
from uservault.kit.urls import async_url
from uservault.limits.counters import StoredCounters
from uservault.mail.transports import mail_transport
from uservault.passwords.hasher import PooledHasher
from uservault.settings.tree import Settings
from uservault.wiring.ports import Resources, system_clock


@asynccontextmanager
async def open_resources(settings: Settings) -> AsyncIterator[Resources]:
    url = async_url(settings.database_url.get_secret_value())
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
