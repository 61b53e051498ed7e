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
EMPTIED = [table.name for table in reversed(metadata.sorted_tables)]  # what refers to others first
SECRET = "only the tests sign and seal with this"
PUBLIC_URL = "https://id.example.com"
NUMBERED = (
    "SELECT table_name FROM information_schema.tables"
    " WHERE table_schema = database() AND auto_increment > 1"
)
# A kept row has the number 1, and the next is numbered 2.
RENUMBERED = (
    "SELECT setval(quote_ident(sequencename), 1, sequencename = 'roles_id_seq')"
    " FROM pg_sequences WHERE schemaname = 'public'"
)


def settings_for(url: str, **others: object) -> Settings:
    """Nobody works unasked: a test that wants the worker says so."""
    chosen: dict[str, Any] = {"worker": {"embedded": False}} | others
    if chosen.get("env") == "production":
        chosen.setdefault("public_url", PUBLIC_URL)
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
    """Removes every row; ids begin at 1 again. Most tests fill few tables, and only those cost."""
    async with connected(url) as connection:
        for name in await connection.scalars(text(" UNION ALL ".join(map(_is_filled, EMPTIED)))):
            rows = KEPT.get(name, "FALSE")
            await connection.execute(text(f"DELETE FROM {name} WHERE NOT ({rows})"))  # noqa: S608
        if url.startswith("postgresql"):
            await connection.execute(text(RENUMBERED))
            return
        for name in await connection.scalars(text(NUMBERED)):  # few are, and each takes long
            await connection.execute(text(f"ALTER TABLE {name} AUTO_INCREMENT = 1"))


def _is_filled(name: str) -> str:
    rows = KEPT.get(name, "FALSE")
    return f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {name} WHERE NOT ({rows}))"  # noqa: S608


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[AsyncConnection]:
    engine = create_async_engine(async_url(url), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    try:
        async with engine.connect() as connection:
            yield connection
    finally:
        await engine.dispose()
