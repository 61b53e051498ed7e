from pathlib import Path

import pytest
from sqlalchemy import text

from tests.support import databases
from tests.support.databases import connected
from tests.support.shared import Shared
from uservault.db import migrations

ROWS = [
    "INSERT INTO users (username, username_key, email, email_key, is_active, created_at,"
    " updated_at, version) VALUES ('{name}', '{name}', '{name}@x.org', '{name}@x.org', true,"
    " '2026-01-01 00:00:00', '2026-01-01 00:00:00', 1)",
]
PASSWORDS = text("SELECT user_id FROM passwords ORDER BY user_id")


@pytest.fixture
async def url(backend: str, urls: Shared, tmp_path: Path, worker: str) -> str:
    """A database without a table."""
    if backend == "sqlite":
        return f"sqlite:///{tmp_path}/users.db"
    return await databases.blank(urls[backend], f"users_{worker}")


async def test_what_hangs_on_users_stays_there_and_back(url: str) -> None:
    settings = databases.settings_for(url)
    await migrations.upgrade(settings, "0008")
    async with connected(url) as connection:
        for id, name in ((1, "ada"), (2, "bob")):
            await connection.execute(text(ROWS[0].format(name=name)))
            await connection.execute(text(f"INSERT INTO passwords VALUES ({id}, 'hash')"))  # noqa: S608

    await migrations.upgrade(settings, "0009")
    async with connected(url) as connection:
        assert (await connection.execute(PASSWORDS)).all() == [(1,), (2,)]
        await connection.execute(text("UPDATE users SET deleted_at = created_at WHERE id = 2"))

    await migrations.downgrade(settings, "0008")
    async with connected(url) as connection:
        assert (await connection.execute(PASSWORDS)).all() == [(1,)]
        assert (await connection.execute(text("SELECT username FROM users"))).all() == [("ada",)]
