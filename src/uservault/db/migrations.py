"""Migrates the database's schema. Safe to run in several processes at once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, Literal

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from uservault.db.database import prepare_sqlite
from uservault.db.drivers import driver_arguments, driver_url
from uservault.db.revisions import newest, present
from uservault.kit.urls import async_url
from uservault.settings.tree import Settings


class UnknownRevision(Exception):
    """There is no such revision, or no way to it."""


class MigrationFailed(Exception):
    """The database refused a step, or the connection was lost."""

    def __init__(self, error: DBAPIError) -> None:
        # MySQL and MariaDB commit each CREATE and ALTER at once.
        super().__init__(
            f"the migration failed: {error.orig}\n"
            "SQLite and PostgreSQL are unchanged. MySQL and MariaDB may have applied a part of it:"
            " restore the backup, or undo that part by hand, and migrate again."
        )


async def upgrade(settings: Settings, revision: str = "head") -> frozenset[str]:
    """The revisions that this process applied; another one may have been first.

    Raises MigrationLocked, MigrationFailed, UnknownRevision, or the driver's error if it cannot
    connect.
    """
    # The last step writes the newest revision: a database that has it needs no lock.
    with suppress(ProgrammingError):  # what is wrong with it is told by the migration
        if revision == "head" and await current(settings) == newest():
            return frozenset()
    return await _run(settings, "upgrade", revision)


async def downgrade(settings: Settings, revision: str = "-1") -> None:
    """Raises like `upgrade`."""
    await _run(settings, "downgrade", revision)


async def current(settings: Settings) -> str | None:
    """The database's revision; None before the first migration."""
    async with connect(settings) as connection:
        return await connection.run_sync(present)


async def _run(
    settings: Settings, command: Literal["upgrade", "downgrade"], revision: str
) -> frozenset[str]:
    # Few processes migrate, and Alembic takes 0.1 s and 8 MB to load.
    from uservault.db.alembic_run import CommandError, run  # noqa: PLC0415

    def migrate(connection: Connection) -> frozenset[str]:
        return run(connection, command, revision, settings.database.migration_wait)

    async with connect(settings) as connection:
        try:
            return await connection.run_sync(migrate)
        except CommandError as error:
            raise UnknownRevision(str(error)) from error
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
        driver_url(url), poolclass=NullPool, hide_parameters=True, connect_args=arguments, **options
    )
    if sqlite:
        prepare_sqlite(engine, settings.database)
    try:
        async with engine.connect() as connection:
            yield connection
    finally:
        await engine.dispose()
