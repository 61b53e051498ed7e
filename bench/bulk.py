"""Many rows at once, as fast as the database takes them."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import Any, TypeAlias

from sqlalchemy import Table, insert
from sqlalchemy.ext.asyncio import AsyncConnection

Row: TypeAlias = Mapping[str, Any]

CHUNK = 10_000
# The database may be lost in a crash, and the rows are right.
FAST = {"synchronous": "OFF", "foreign_keys": "OFF", "cache_size": "-200000"}


async def write(connection: AsyncConnection, table: Table, rows: Iterable[Row]) -> None:
    """On an AUTOCOMMIT connection of its own.

    The rows have the same columns in the same order, among them those that have a default.
    """
    if connection.dialect.name == "postgresql":
        await _copy(connection, table, iter(rows))
    else:
        await _insert(connection, table, iter(rows))


async def _copy(connection: AsyncConnection, table: Table, rows: Iterator[Row]) -> None:
    raw: Any = (await connection.get_raw_connection()).driver_connection  # asyncpg's own
    first = next(rows)
    await raw.copy_records_to_table(
        table.name,
        columns=list(first),
        records=(tuple(row.values()) for row in chain([first], rows)),
    )


async def _insert(connection: AsyncConnection, table: Table, rows: Iterator[Row]) -> None:
    for name, value in FAST.items():
        await connection.exec_driver_sql(f"PRAGMA {name} = {value}")
    await connection.exec_driver_sql("BEGIN")  # the connection would commit each statement
    while chunk := list(islice(rows, CHUNK)):
        await connection.execute(insert(table), chunk)
    await connection.exec_driver_sql("COMMIT")
