"""Databases full of users."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.support.databases import connected, settings_for
from uservault.passwords.models import Password
from uservault.resources import open_resources
from uservault.roles.models import ADMIN, Role, UserRole
from uservault.settings.tree import Settings
from uservault.users.identifiers import KEYS, Identifier, Kind
from uservault.users.models import User

PASSWORD = "correct horse battery"  # noqa: S105 - of everybody in a database of ours
CHUNK = 10_000
TOKEN_LIFETIME = 86400  # seconds; longer than any run


def settings(url: str, rounds: int) -> Settings:
    return settings_for(
        url, tokens={"lifetime": TOKEN_LIFETIME}, passwords={"rounds": rounds}, log={"file": None}
    )


async def fill(settings: Settings, users: int) -> None:
    """Puts users 1 to `users` into an empty database; the first is an administrator."""
    async with open_resources(settings) as resources:
        hash = await resources.hasher.hash(PASSWORD)
        async with resources.database.writes.begin() as connection:
            for ids in _chunks(users):
                await connection.execute(insert(User), [_user(id) for id in ids])
                for kind in Kind:
                    await connection.execute(insert(Identifier), [_of(kind, id) for id in ids])
                passwords = [{"user_id": id, "hash": hash} for id in ids]
                await connection.execute(insert(Password), passwords)
            await _make_admin(connection)
    await _tidy(settings)


def username(id: int) -> str:
    return f"user{id}"


def email(id: int) -> str:
    return f"user{id}@example.com"


def _chunks(users: int) -> Iterator[range]:
    for first in range(1, users + 1, CHUNK):
        yield range(first, min(first + CHUNK, users + 1))


def _user(id: int) -> dict[str, Any]:
    now = datetime.now(UTC)
    return {
        "id": id,
        "username": username(id),
        "email": email(id),
        "created_at": now,
        "updated_at": now,
        "version": 1,
    }


def _of(kind: Kind, id: int) -> dict[str, Any]:
    """What the user is found by."""
    return {"kind": kind, "key": KEYS[kind](_user(id)[kind]), "user_id": id}


async def _make_admin(connection: AsyncConnection) -> None:
    admin = select(Role.id).where(Role.name == ADMIN).scalar_subquery()
    await connection.execute(insert(UserRole).values(user_id=1, role_id=admin))


async def _tidy(settings: Settings) -> None:
    """What the database itself would do after a while."""
    url = settings.database_url.get_secret_value()
    async with connected(url) as connection:
        if url.startswith("postgresql"):
            await connection.exec_driver_sql(
                "SELECT setval('users_id_seq', (SELECT max(id) FROM users))"
            )
        await connection.exec_driver_sql("VACUUM")
        await connection.exec_driver_sql("ANALYZE")
