from pathlib import Path

import pytest
from sqlalchemy import text

from tests.support import databases
from tests.support.databases import connected
from tests.support.shared import Shared
from uservault.db import migrations

USER = text(
    "INSERT INTO users (username, username_key, email, email_key, is_active, created_at,"
    " updated_at, version) VALUES ('root', 'root', 'r@example.com', 'r@example.com', true,"
    " '2026-01-01 00:00:00', '2026-01-01 00:00:00', 1)"
)
HOLD = text("INSERT INTO user_roles (user_id, role_id) VALUES (1, 1)")
HOLDERS = text("SELECT user_id, role_id FROM user_roles")
ROLES = text("SELECT name, permissions, version FROM roles")


@pytest.fixture
async def url(backend: str, urls: Shared, tmp_path: Path, worker: str) -> str:
    """A database without a table."""
    if backend == "sqlite":
        return f"sqlite:///{tmp_path}/roles.db"
    return await databases.blank(urls[backend], f"roles_{worker}")


async def test_an_administrator_stays_one_there_and_back(url: str) -> None:
    settings = databases.settings_for(url)
    await migrations.upgrade(settings, "0001")
    async with connected(url) as connection:
        await connection.execute(USER)
        await connection.execute(HOLD)

    await migrations.upgrade(settings, "0004")
    async with connected(url) as connection:
        assert (await connection.execute(HOLDERS)).all() == [(1, 1)]
        assert (await connection.execute(ROLES)).all() == [("admin", "*", 1)]

    await migrations.downgrade(settings, "0001")
    async with connected(url) as connection:
        assert (await connection.execute(HOLDERS)).all() == [(1, 1)]
