"""Reads other services' databases, page by page, and writes nothing to them."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from sqlalchemy import URL, Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.sql.expression import ColumnClause, FromClause

from uservault.db.database import AnyRow
from uservault.db.drivers import driver_arguments, driver_url
from uservault.kit.urls import async_url
from uservault.settings.database import DatabaseSettings

PAGE_SIZE = 1000  # rows


class OtherDatabase:
    """`url` is like DATABASE_URL. Raises BadDatabaseUrl."""

    def __init__(self, url: str) -> None:
        self._engine = _engine(async_url(url))

    @asynccontextmanager
    async def open(self) -> AsyncIterator[AsyncConnection]:
        try:
            async with self._engine.connect() as connection:
                yield connection
        finally:
            await self._engine.dispose()


async def pages(
    connection: AsyncConnection, found: Select[*tuple[object, ...]], key: ColumnClause[int]
) -> AsyncIterator[Sequence[AnyRow]]:
    """The rows in the order of `key`, which is unique."""
    last = None
    while True:
        after = found if last is None else found.where(key > last)
        rows = (await connection.execute(after.order_by(key).limit(PAGE_SIZE))).all()
        if not rows:
            return
        yield rows
        last = getattr(rows[-1], key.name)


async def count(connection: AsyncConnection, table: FromClause) -> int:
    return await connection.scalar(select(func.count()).select_from(table)) or 0


def _engine(url: URL) -> AsyncEngine:
    if url.get_backend_name() == "sqlite":
        read_only = url.set(database=f"file:{url.database}", query={"mode": "ro", "uri": "true"})
        return create_async_engine(read_only, hide_parameters=True)
    arguments = driver_arguments(url, DatabaseSettings())
    return create_async_engine(driver_url(url), connect_args=arguments, hide_parameters=True)
