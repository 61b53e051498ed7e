"""Databases to test on: each worker has one of each kind, emptied before every test."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from tests.support.patience import patience
from uservault.db.migrations import upgrade
from uservault.kit.urls import async_url
from uservault.settings.tree import Settings
from uservault.tables import metadata

BACKENDS = ("sqlite", "postgresql", "mariadb")
KEPT = {"roles": "id = 1"}  # the rows that a migration wrote
SECRET = "k" * 32
NUMBERED = (
    "SELECT table_name FROM information_schema.tables"
    " WHERE table_schema = database() AND auto_increment > 1"
)


def settings_for(url: str, **others: object) -> Settings:
    """Nobody works unasked: a test that wants the worker says so."""
    chosen: dict[str, Any] = {"worker": {"embedded": False}} | others
    chosen["database"] = lenient() | chosen.get("database", {})
    return Settings(_env_file=None, database_url=url, jwt_secret_key=SECRET, **chosen)


def lenient() -> dict[str, float]:
    """Time-outs that no test meets by accident; as long as they may be."""
    return {
        "pool_timeout": min(60, patience(5)),
        "connect_timeout": min(60, patience(5)),
        "command_timeout": min(300, patience(5)),
        "busy_timeout": min(60, patience(10)),
    }


def migrate(url: str) -> None:
    asyncio.run(upgrade(settings_for(url)))


def create(server: str, name: str) -> str:
    """An empty database on a server, migrated; the URL."""
    url = asyncio.run(blank(server, name))
    migrate(url)
    return url


async def blank(server: str, name: str) -> str:
    """An empty database on a server, without even a table; the URL."""
    async with connected(server) as connection:
        await connection.execute(text(f"DROP DATABASE IF EXISTS {name}"))
        await connection.execute(text(f"CREATE DATABASE {name}"))
    return f"{server.rpartition('/')[0]}/{name}"


def copy_of(template: Path, folder: Path) -> str:
    """A SQLite database of one's own."""
    shutil.copy(template, folder / "test.db")
    return f"sqlite:///{folder}/test.db"


async def empty(url: str) -> None:
    """Removes every row; ids begin at 1 again."""
    names = [table.name for table in metadata.sorted_tables]
    emptied = ", ".join(name for name in names if name not in KEPT)
    async with connected(url) as connection:
        if url.startswith("postgresql"):
            await connection.execute(text(f"TRUNCATE {emptied} RESTART IDENTITY CASCADE"))
            for name, kept in KEPT.items():
                await connection.execute(text(f"DELETE FROM {name} WHERE NOT {kept}"))  # noqa: S608
                await connection.execute(text(f"SELECT setval('{name}_id_seq', 1)"))
            return
        await connection.execute(text("SET foreign_key_checks = 0"))
        for name in names:
            kept = KEPT.get(name, "FALSE")
            await connection.execute(text(f"DELETE FROM {name} WHERE NOT {kept}"))  # noqa: S608
        for name in await connection.scalars(text(NUMBERED)):  # few are, and each takes long
            await connection.execute(text(f"ALTER TABLE {name} AUTO_INCREMENT = 1"))


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[AsyncConnection]:
    engine = create_async_engine(async_url(url), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    try:
        async with engine.connect() as connection:
            yield connection
    finally:
        await engine.dispose()
