"""A process's connection pools, and how it reads."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeAlias, cast

from sqlalchemy import (
    URL,
    Connection,
    Executable,
    Row,
    event,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import QueuePool
from sqlalchemy.util import greenlet_spawn

from uservault.db.drivers import driver_arguments, driver_url
from uservault.db.errors import invalidate_when_demoted, translated
from uservault.db.outages import Outages
from uservault.kit.files import create_private
from uservault.settings.database import DatabaseSettings

AnyRow: TypeAlias = Row[*tuple[Any, ...]]  # a row, whatever its columns


class Database:
    """One per process. Reads use AUTOCOMMIT; writes happen in a `unit_of_work`.

    Each has its own pool, so that writers that wait for each other do not delay readers.
    """

    def __init__(self, url: URL, settings: DatabaseSettings | None = None) -> None:
        self.url = url
        self.outages = Outages()
        settings = settings or DatabaseSettings()
        sqlite = url.get_backend_name() == "sqlite"
        self.reads = _engine(
            url, settings, pool_size=settings.read_pool_size, isolation_level="AUTOCOMMIT"
        )
        self.writes = _engine(
            url,
            settings,
            # SQLite allows one writer at a time. Here they queue in order; its lock is unfair.
            pool_size=1 if sqlite else settings.write_pool_size,
            pool_pre_ping=True,
            # SQLite's driver must not begin a transaction by itself: see `_begin_immediate`.
            isolation_level="AUTOCOMMIT" if sqlite else "READ COMMITTED",
        )
        if sqlite:
            event.listen(self.writes.sync_engine, "begin", _begin_immediate)

    async def rows(
        self, statement: Executable, parameters: Mapping[str, Any] | None = None
    ) -> Sequence[AnyRow]:
        """The rows of `statement`, as committed when it runs. Raises DatabaseUnavailable.

        Runs the statement again after a lost connection. Reads change nothing, and this costs
        less than a ping before each one.
        """

        def fetch() -> Sequence[AnyRow]:
            with self.reads.sync_engine.connect() as connection:
                return connection.execute(statement, parameters).all()

        with translated(self.outages.tell):
            try:
                # One greenlet switch; AsyncConnection would need one for each call.
                return await greenlet_spawn(fetch)
            except DBAPIError as error:
                if not error.connection_invalidated:
                    raise
            return await greenlet_spawn(fetch)

    def connections_in_use(self) -> int:
        pools = (cast("QueuePool", engine.pool) for engine in (self.reads, self.writes))
        return sum(pool.checkedout() for pool in pools)

    async def close(self) -> None:
        await self.reads.dispose()
        await self.writes.dispose()


def _engine(url: URL, settings: DatabaseSettings, **options: Any) -> AsyncEngine:
    engine = create_async_engine(
        driver_url(url),
        hide_parameters=True,
        max_overflow=0,
        pool_timeout=settings.pool_timeout,
        connect_args=driver_arguments(url, settings),
        **options,
    )
    if url.get_backend_name() == "sqlite":
        prepare_sqlite(engine, settings)
        event.listen(engine.sync_engine, "invalidate", _release_lock)
    invalidate_when_demoted(engine.sync_engine)
    return engine


def prepare_sqlite(engine: AsyncEngine, settings: DatabaseSettings) -> None:
    """Creates the file for its owner alone, and lets processes share it without losing writes."""
    event.listen(engine.sync_engine, "do_connect", _create_file)
    event.listen(engine.sync_engine, "connect", _pragmas(settings))


def _create_file(_: object, __: object, arguments: Sequence[Any], ___: object) -> None:
    # SQLite gives its journals the mode of the database.
    create_private(Path(arguments[0]))


def _pragmas(settings: DatabaseSettings) -> Callable[[Any, object], None]:
    def prepare(connection: Any, _: object) -> None:
        cursor = connection.cursor()
        for pragma in (
            f"busy_timeout={settings.busy_timeout * 1000:.0f}",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return prepare


def _release_lock(connection: Any, *_: object) -> None:
    # SQLite keeps a closed connection and its lock until its last cursor is garbage-collected.
    # That can take long if the statement's caller was cancelled.
    with suppress(Exception):
        connection.rollback()


def _begin_immediate(connection: Connection) -> None:
    # Lock first: a transaction that reads, then writes, can fail at once despite busy_timeout.
    connection.exec_driver_sql("BEGIN IMMEDIATE")
