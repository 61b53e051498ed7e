from pathlib import Path

import pytest
from sqlalchemy import text

from tests.support import databases
from tests.support.databases import connected
from tests.support.shared import Shared
from uservault.db import migrations

USER = (
    "INSERT INTO users (username, username_key, email, email_key, is_active, created_at,"
    " updated_at, version) VALUES ('{0}', '{0}', '{0}@example.com', '{0}@example.com', true,"
    " '2026-01-01 00:00:00', '2026-01-01 00:00:00', 1)"
)
HOLD = "INSERT INTO user_roles (user_id, role_id) VALUES (1, 1)"
VERIFIED = "SELECT username FROM users WHERE email_verified_at IS NOT NULL"
HOLDERS = "SELECT user_id, role_id FROM user_roles"


@pytest.fixture
async def url(backend: str, urls: Shared, tmp_path: Path, worker: str) -> str:
    """A database without a table."""
    if backend == "sqlite":
        return f"sqlite:///{tmp_path}/one-time tokens.db"
    return await databases.blank(urls[backend], f"tickets_{worker}")


async def test_administrators_count_as_verified_and_stay_what_they_are(url: str) -> None:
    settings = databases.settings_for(url)
    await migrations.upgrade(settings, "0005")
    async with connected(url) as connection:
        for statement in (USER.format("root"), USER.format("ada"), HOLD):
            await connection.execute(text(statement))

    await migrations.upgrade(settings, "0007")
    async with connected(url) as connection:
        assert (await connection.execute(text(VERIFIED))).all() == [("root",)]
        assert (await connection.execute(text(HOLDERS))).all() == [(1, 1)]

    await migrations.downgrade(settings, "0005")
    async with connected(url) as connection:
        assert (await connection.execute(text(HOLDERS))).all() == [(1, 1)]
