from sqlalchemy import text

from tests.support import databases
from tests.support.databases import connected
from uservault.db import migrations

REGISTER = (
    "INSERT INTO permissions (name, description, created_at)"
    " VALUES ('{0}', '', '2026-01-01 00:00:00')"
)
ROLE = (
    "INSERT INTO roles (name, description, permissions, created_at, updated_at, version)"
    " VALUES ('seller', '', 'orders:read users:read', '2026-01-01 00:00:00',"
    " '2026-01-01 00:00:00', 1)"
)
ROLES = "SELECT name, permissions FROM roles ORDER BY id"


async def test_roles_stay_what_they_are_there_and_back(blank_url: str) -> None:
    settings = databases.settings_for(blank_url)
    await migrations.upgrade(settings, "0012")
    async with connected(blank_url) as connection:
        for name in ("orders:read", "orders:reads"):
            await connection.execute(text(REGISTER.format(name)))
        await connection.execute(text(ROLE))
    held = [("admin", "*"), ("seller", "orders:read users:read")]

    await migrations.downgrade(settings, "0011")
    async with connected(blank_url) as connection:
        assert (await connection.execute(text(ROLES))).all() == held

    await migrations.upgrade(settings, "0012")
    async with connected(blank_url) as connection:
        assert (await connection.execute(text(ROLES))).all() == held
        assert await connection.scalar(text("SELECT COUNT(*) FROM permissions")) == 0
