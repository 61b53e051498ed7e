"""Databases full of users."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text

from bench.bulk import Row, write
from tests.support.databases import connected, settings_for
from uservault.resources import open_resources
from uservault.roles.models import ADMIN
from uservault.settings.tree import Settings
from uservault.tables import metadata
from uservault.users.identifiers import KEYS, Kind

PASSWORD = "correct horse battery"  # noqa: S105 - of every user in these databases
TOKEN_LIFETIME = 86400  # seconds; longer than any run
MAKE_ADMIN = "INSERT INTO user_roles (user_id, role_id) SELECT 1, id FROM roles WHERE name = :role"
# The rows bring their ids, which does not move the sequence.
RENUMBER = "SELECT setval(pg_get_serial_sequence('users', 'id'), (SELECT max(id) FROM users))"


def settings(url: str, rounds: int) -> Settings:
    return settings_for(
        url, tokens={"lifetime": TOKEN_LIFETIME}, passwords={"rounds": rounds}, log={"file": None}
    )


async def fill(settings: Settings, users: int) -> None:
    """Puts users 1 to `users` into an empty database; the first is an administrator.

    They have the rows that registering writes, without its event. They share a password hash.
    """
    async with open_resources(settings) as resources:
        hash = await resources.hasher.hash(PASSWORD)
    url = settings.database_url.get_secret_value()
    async with connected(url) as connection:
        for table, rows in _rows(range(1, users + 1), hash):
            await write(connection, metadata.tables[table], rows)
    await _finish(url)


def username(id: int) -> str:
    return f"user{id}"


def email(id: int) -> str:
    return f"user{id}@example.com"


def _rows(ids: range, hash: str) -> Iterator[tuple[str, Iterator[Row]]]:
    """By table, in an order that suits the foreign keys."""
    now = datetime.now(UTC)
    yield "users", (_user(id, now) for id in ids)
    for kind, name in {Kind.USERNAME: username, Kind.EMAIL: email}.items():
        yield "identifiers", _identifiers(kind, name, ids)
    yield "passwords", ({"user_id": id, "hash": hash} for id in ids)


def _identifiers(kind: Kind, name: Callable[[int], str], ids: range) -> Iterator[Row]:
    """What the users are found by."""
    for id in ids:
        yield {"kind": kind, "key": KEYS[kind](name(id)), "user_id": id}


def _user(id: int, now: datetime) -> dict[str, Any]:
    return {
        "id": id,
        "username": username(id),
        "email": email(id),
        "is_active": True,
        "created_at": now,
        "updated_at": now,
        "credential_epoch": 0,
        "version": 1,
    }


async def _finish(url: str) -> None:
    """Also does what the database itself would do after a while."""
    async with connected(url) as connection:
        await connection.execute(text(MAKE_ADMIN), {"role": ADMIN})
        if url.startswith("postgresql"):
            await connection.execute(text(RENUMBER))
        await connection.exec_driver_sql("VACUUM")
        await connection.exec_driver_sql("ANALYZE")
