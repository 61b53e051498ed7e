from sqlalchemy import text

from tests.support import databases
from tests.support.databases import connected
from uservault.db import migrations

USER = (
    "INSERT INTO users (username, username_key, email, email_key, is_active, credential_epoch,"
    " created_at, updated_at, version) VALUES ('{0}', '{0}', '{0}@example.com',"
    " '{0}@example.com', true, 0, '2026-01-01 00:00:00', '2026-01-01 00:00:00', 1)"
)
HOLD = "INSERT INTO user_roles (user_id, role_id) VALUES (1, 1)"
FOR_A_TIME = "INSERT INTO user_roles (user_id, role_id, {0}) VALUES ({1}, 1, '{2}')"
HOLDERS = "SELECT user_id FROM user_roles ORDER BY user_id"
LASTING = "SELECT user_id FROM user_roles WHERE starts_at IS NULL AND expires_at IS NULL"


async def test_a_grant_stays_there_and_back_and_a_timed_one_never_lasts(
    blank_url: str,
) -> None:
    settings = databases.settings_for(blank_url)
    await migrations.upgrade(settings, "0011")
    async with connected(blank_url) as connection:
        for statement in (*map(USER.format, ("root", "ada", "ida", "bob")), HOLD):
            await connection.execute(text(statement))

    await migrations.upgrade(settings, "0013")
    async with connected(blank_url) as connection:
        assert (await connection.execute(text(LASTING))).all() == [(1,)]
        for column, user, when in (
            ("expires_at", 2, "2999-01-01"),
            ("starts_at", 3, "2999-01-01"),
            ("starts_at", 4, "2026-01-01"),
        ):
            await connection.execute(
                text(FOR_A_TIME.format(column, user, when).replace(":", r"\:"))
            )

    await migrations.downgrade(settings, "0011")
    async with connected(blank_url) as connection:
        assert (await connection.execute(text(HOLDERS))).all() == [(1,), (4,)]
