from sqlalchemy import text

from tests.support import databases
from tests.support.databases import connected
from uservault.db import migrations

USER = text(
    "INSERT INTO users (username, username_key, email, email_key, is_active, created_at,"
    " updated_at, version) VALUES ('root', 'root', 'r@example.com', 'r@example.com', true,"
    " '2026-01-01 00:00:00', '2026-01-01 00:00:00', 1)"
)
HOLD = text("INSERT INTO user_roles (user_id, role_id) VALUES (1, 1)")
HOLDERS = text("SELECT user_id, role_id FROM user_roles")
ROLES = text("SELECT name, permissions, version FROM roles")


async def test_an_administrator_stays_one_there_and_back(blank_url: str) -> None:
    settings = databases.settings_for(blank_url)
    await migrations.upgrade(settings, "0001")
    async with connected(blank_url) as connection:
        await connection.execute(USER)
        await connection.execute(HOLD)

    await migrations.upgrade(settings, "0004")
    async with connected(blank_url) as connection:
        assert (await connection.execute(HOLDERS)).all() == [(1, 1)]
        assert (await connection.execute(ROLES)).all() == [("admin", "*", 1)]

    await migrations.downgrade(settings, "0001")
    async with connected(blank_url) as connection:
        assert (await connection.execute(HOLDERS)).all() == [(1, 1)]
