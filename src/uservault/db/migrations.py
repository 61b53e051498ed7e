"""Migrates the database's schema. Safe to run in several processes at once.

Alembic runs in `alembic/env.py`, on the connection and under the lock from here.
"""

import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

import uservault
from uservault.db.database import driver_arguments, prepare_sqlite
from uservault.db.errors import code_of
from uservault.kit.urls import async_url
from uservault.settings.tree import Settings

LOCK = 0x75736572  # "user" in ASCII; the same number in every replica
LOCK_TIMEOUTS = {"55P03", sqlite3.SQLITE_BUSY}  # PostgreSQL's and SQLite's error codes


class MigrationLocked(Exception):
    """Another process did not finish its migration within our waiting time."""

    def __init__(self) -> None:
        super().__init__(
            "another process is still migrating the database; gave up waiting"
            " (USERVAULT_DATABASE__MIGRATION_WAIT)"
        )


class MigrationFailed(Exception):
    """The database refused a step, or the connection was lost."""

    def __init__(self, error: DBAPIError) -> None:
        # MySQL and MariaDB commit each CREATE and ALTER at once.
        super().__init__(
            f"the migration failed: {error.orig}\n"
            "SQLite and PostgreSQL are unchanged. MySQL and MariaDB may have applied a part of it:"
            " restore the backup, or undo that part by hand, and migrate again."
        )


def alembic_config(connection: Connection | None = None, wait: float = 0) -> Config:
    """Alembic's configuration, with the scripts of the checkout or of the installed wheel.

    `wait`: seconds to wait for other processes that migrate the same database.
    """
    config = Config()
    config.set_main_option("script_location", str(_scripts()).replace("%", "%%"))
    config.attributes |= {"connection": connection, "wait": wait}
    return config


def newest() -> str | None:
    """The revision that the code expects."""
    return ScriptDirectory.from_config(alembic_config()).get_current_head()


def present(connection: Connection) -> str | None:
    """The database's current revision; None before the first migration."""
    return MigrationContext.configure(connection).get_current_revision()


async def upgrade(settings: Settings, revision: str = "head") -> frozenset[str]:
    """The revisions that this process applied; another one may have been first.

    Raises MigrationLocked, MigrationFailed, or the driver's error if it cannot connect.
    """
    return await _run(settings, lambda config: command.upgrade(config, revision))


async def downgrade(settings: Settings, revision: str = "-1") -> None:
    """Raises like `upgrade`."""
    await _run(settings, lambda config: command.downgrade(config, revision))


async def current(settings: Settings) -> str | None:
    async with connect(settings) as connection:
        return await connection.run_sync(present)


async def _run(settings: Settings, act: Callable[[Config], None]) -> frozenset[str]:
    wait = settings.database.migration_wait

    def migrate(connection: Connection) -> frozenset[str]:
        config = alembic_config(connection, wait)
        act(config)
        return frozenset(config.attributes.get("applied", ()))

    async with connect(settings) as connection:
        try:
            return await connection.run_sync(migrate)
        except DBAPIError as error:
            raise MigrationFailed(error) from error


@asynccontextmanager
async def connect(settings: Settings) -> AsyncIterator[AsyncConnection]:
    """A separate connection without statement timeout: a migration may take long."""
    url = async_url(settings.database_url.get_secret_value())
    sqlite = url.get_backend_name() == "sqlite"
    options: dict[str, Any] = {"isolation_level": "AUTOCOMMIT"} if sqlite else {}
    arguments = driver_arguments(url, settings.database, limited=False)
    engine = create_async_engine(
        url, poolclass=NullPool, hide_parameters=True, connect_args=arguments, **options
    )
    if sqlite:
        prepare_sqlite(engine, settings.database)
    try:
        async with engine.connect() as connection:
            yield connection
    finally:
        await engine.dispose()


@contextmanager
def one_at_a_time(connection: Connection, wait: float) -> Iterator[None]:
    """Hold the migration lock of this database. Raises MigrationLocked after `wait` seconds."""
    with LOCKS[connection.dialect.name](connection, wait):
        yield


@contextmanager
def _sqlite(connection: Connection, wait: float) -> Iterator[None]:
    # One transaction for the whole run: SQLite can roll back DDL.
    connection.exec_driver_sql(f"PRAGMA busy_timeout={wait * 1000:.0f}")
    with _waiting():
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.exec_driver_sql("ROLLBACK")
        raise
    connection.exec_driver_sql("COMMIT")


@contextmanager
def _postgresql(connection: Connection, wait: float) -> Iterator[None]:
    # A lock of the session: a lock of the transaction would end at the first commit.
    connection.execute(text(f"SET lock_timeout = {wait * 1000:.0f}"))
    with _waiting():
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
    connection.execute(text("SET lock_timeout = 0"))
    connection.commit()
    try:
        yield
        connection.commit()
    finally:
        connection.rollback()
        connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": LOCK})
        connection.commit()


@contextmanager
def _mysql(connection: Connection, wait: float) -> Iterator[None]:
    name = {"name": f"uservault-{connection.engine.url.database}"[:64]}
    if not connection.scalar(text(f"SELECT GET_LOCK(:name, {wait:.0f})"), name):
        raise MigrationLocked
    try:
        yield
        connection.commit()
    finally:
        connection.rollback()
        connection.execute(text("SELECT RELEASE_LOCK(:name)"), name)


@contextmanager
def _waiting() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        if code_of(error.orig) in LOCK_TIMEOUTS:
            raise MigrationLocked from error
        raise


LOCKS = {"sqlite": _sqlite, "postgresql": _postgresql, "mysql": _mysql, "mariadb": _mysql}


def _scripts() -> Path:
    package = Path(uservault.__file__).parent
    inside = package / "alembic"
    return inside if inside.is_dir() else package.parents[1] / "alembic"
