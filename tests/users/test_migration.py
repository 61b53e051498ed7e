import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.support import databases
from tests.support.databases import connected
from uservault.db import migrations

ROWS = [
    "INSERT INTO users (username, username_key, email, email_key, is_active, created_at,"
    " updated_at, version) VALUES ('{name}', '{name}', '{name}@x.org', '{name}@x.org', true,"
    " '2026-01-01 00:00:00', '2026-01-01 00:00:00', 1)",
]
PASSWORDS = text("SELECT user_id FROM passwords ORDER BY user_id")


async def test_what_hangs_on_users_stays_there_and_back(blank_url: str) -> None:
    settings = databases.settings_for(blank_url)
    await migrations.upgrade(settings, "0008")
    async with connected(blank_url) as connection:
        for id, name in ((1, "ada"), (2, "bob")):
            await connection.execute(text(ROWS[0].format(name=name)))
            await connection.execute(text(f"INSERT INTO passwords VALUES ({id}, 'hash')"))  # noqa: S608

    await migrations.upgrade(settings, "0009")
    async with connected(blank_url) as connection:
        assert (await connection.execute(PASSWORDS)).all() == [(1,), (2,)]
        await connection.execute(text("UPDATE users SET deleted_at = created_at WHERE id = 2"))

    await migrations.downgrade(settings, "0008")
    async with connected(blank_url) as connection:
        assert (await connection.execute(PASSWORDS)).all() == [(1,)]
        assert (await connection.execute(text("SELECT username FROM users"))).all() == [("ada",)]


HANGING = (
    "INSERT INTO passwords VALUES (1, 'hash')",
    "INSERT INTO user_roles (user_id, role_id) VALUES (1, 1)",
    "INSERT INTO sessions (user_id, created_at, last_seen_at, refreshed_at, expires_at,"
    " authenticated_at, methods, key_sealed, counter) VALUES (1, '2026-01-02 00:00:00',"
    " '2026-01-02 00:00:00', '2026-01-02 00:00:00', '2026-02-02 00:00:00', '2026-01-02 00:00:00',"
    " 'pwd', 'sealed', 0)",
    "INSERT INTO user_metadata VALUES (1, '{}', '{}', '{}')",
    "INSERT INTO one_time_tokens (purpose, user_id, token_hash, tries, created_at, expires_at)"
    " VALUES ('verify-email', 1, 'hash', 0, '2026-01-01 00:00:00', '2026-01-02 00:00:00')",
    "INSERT INTO invitations (email, roles, inviter_id, one_time_token_id, letter_id, created_at,"
    " expires_at) VALUES ('grace@x.org', '[]', 1, 1, 1, '2026-01-01 00:00:00',"
    " '2026-01-08 00:00:00')",
    "INSERT INTO events (type, at, subject_id, data) VALUES ('user.created',"
    " '2026-01-01 00:00:00', 1, '{}')",
)
BEFORE = "0011"
HOLDERS = [
    "passwords",
    "user_roles",
    "sessions",
    "user_metadata",
    "one_time_tokens",
    "invitations",
    "events",
]
IDENTIFIERS = text("SELECT * FROM identifiers ORDER BY user_id, kind")
KEYS = text("SELECT id, username_key, email_key FROM users ORDER BY id")
NEW = ROWS[0].replace("username_key, ", "").replace("email_key, ", "")
NEW = NEW.replace("'{name}', '{name}', '{name}@x.org', '{name}@x.org'", "'{name}', '{name}@x.org'")


class TestIdentifiers:
    async def test_take_the_keys_over_and_lose_nothing_there_and_back(self, blank_url: str) -> None:
        settings = databases.settings_for(blank_url)
        await migrations.upgrade(settings, BEFORE)
        async with connected(blank_url) as connection:
            for name in ("ada", "bob", "eve"):
                await connection.execute(text(ROWS[0].format(name=name)))
            for statement in (*HANGING, "DELETE FROM users WHERE id = 3"):
                await connection.execute(text(statement))

        await migrations.upgrade(settings, "0014")
        async with connected(blank_url) as connection:
            assert (await connection.execute(IDENTIFIERS)).all() == [
                ("email", "ada@x.org", 1),
                ("username", "ada", 1),
                ("email", "bob@x.org", 2),
                ("username", "bob", 2),
            ]
            assert await rows_each(connection) == [1] * len(HOLDERS)

        await migrations.downgrade(settings, BEFORE)
        async with connected(blank_url) as connection:
            keys = (await connection.execute(KEYS)).all()
            assert keys == [(1, "ada", "ada@x.org"), (2, "bob", "bob@x.org")]
            assert await rows_each(connection) == [1] * len(HOLDERS)
            with pytest.raises(IntegrityError):
                await connection.execute(text(ROWS[0].format(name="bob")))

    async def test_what_hangs_on_a_user_still_goes_with_them(self, blank_url: str) -> None:
        settings = databases.settings_for(blank_url)
        await migrations.upgrade(settings, BEFORE)
        async with connected(blank_url) as connection:
            for statement in (ROWS[0].format(name="ada"), *HANGING):
                await connection.execute(text(statement))

        await migrations.upgrade(settings, "0014")

        async with connected(blank_url) as connection:
            if blank_url.startswith("sqlite"):
                await connection.execute(text("PRAGMA foreign_keys=ON"))
            await connection.execute(text("DELETE FROM users"))
            assert await rows_each(connection) == [0] * (len(HOLDERS) - 1) + [1]  # the event stays
            assert (await connection.execute(IDENTIFIERS)).all() == []

    async def test_give_no_id_again(self, blank_url: str, backend: str) -> None:
        if backend == "mariadb":
            pytest.skip("it is not remade there")
        settings = databases.settings_for(blank_url)
        await migrations.upgrade(settings, BEFORE)
        async with connected(blank_url) as connection:
            for name in ("ada", "bob"):
                await connection.execute(text(ROWS[0].format(name=name)))
            await connection.execute(text("DELETE FROM users WHERE id = 2"))

        await migrations.upgrade(settings, "0014")

        async with connected(blank_url) as connection:
            await connection.execute(text(NEW.format(name="eve")))
            ids = (await connection.execute(text("SELECT id, username FROM users"))).all()
        assert ids == [(1, "ada"), (3, "eve")]


FURTHER = (
    "INSERT INTO user_emails VALUES (1, 'a@work.org', 'a@work.org', '2026-01-02 00:00:00',"
    " '2026-01-01 00:00:00')",
    "INSERT INTO user_emails VALUES (1, 'bob@x.org', 'bob@x.org', NULL, '2026-01-01 00:00:00')",
    "INSERT INTO identifiers VALUES ('email', 'a@work.org', 1)",
)


class TestUserEmails:
    async def test_leave_the_primary_addresses_when_they_go(self, blank_url: str) -> None:
        settings = databases.settings_for(blank_url)
        await migrations.upgrade(settings, BEFORE)
        async with connected(blank_url) as connection:
            for name in ("ada", "bob"):
                await connection.execute(text(ROWS[0].format(name=name)))
        await migrations.upgrade(settings, "0015")
        async with connected(blank_url) as connection:
            for statement in FURTHER:
                await connection.execute(text(statement))

        await migrations.downgrade(settings, BEFORE)

        async with connected(blank_url) as connection:
            keys = (await connection.execute(KEYS)).all()
        assert keys == [(1, "ada", "ada@x.org"), (2, "bob", "bob@x.org")]


async def rows_each(connection: AsyncConnection) -> list[int]:
    counts = [text(f"SELECT COUNT(*) FROM {name}") for name in HOLDERS]  # noqa: S608
    return [await connection.scalar(count) or 0 for count in counts]
