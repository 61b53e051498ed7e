"""Reads all users as rows that an import takes, in one snapshot and with flat memory."""

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from uservault.db.database import AnyRow, Database
from uservault.db.errors import translated
from uservault.metadata.models import Kind, UserMetadata
from uservault.passwords.models import Password
from uservault.roles.grants import LASTING
from uservault.roles.models import Role, UserRole
from uservault.users.models import NOT_DELETED, User
from uservault.users.status import is_active
from uservault.wiring.ports import Resources

BATCH_SIZE = 500  # rows
SAME = ("id", "username", "email", "email_verified", "locale", "external_id")
TIMES = ("created_at", "last_login_at")
USERS = (
    select(
        *(getattr(User, name) for name in (*SAME, *TIMES, "is_active", "inactive_until")),
        *(getattr(UserMetadata, kind.value) for kind in Kind),
    )
    .outerjoin(UserMetadata, UserMetadata.user_id == User.id)
    .where(NOT_DELETED)
)
HASHES = USERS.add_columns(Password.hash.label("password_hash")).outerjoin(
    Password, Password.user_id == User.id
)
# Grants that end, or begin later, stay out: an import would make them permanent.
ROLES = select(UserRole.user_id, Role.name).join(Role, Role.id == UserRole.role_id).where(LASTING)


class UserExport:
    def __init__(self, resources: Resources) -> None:
        self.database = resources.database
        self.now = resources.clock

    async def batches(self, *, hashes: bool) -> AsyncIterator[Sequence[Mapping[str, Any]]]:
        """The users by id, without those who are deleted. Raises DatabaseUnavailable."""
        now, last = self.now(), 0
        found: Select[*tuple[Any, ...]] = HASHES if hashes else USERS
        async with _snapshot(self.database) as connection:
            while True:
                page = found.where(User.id > last).order_by(User.id).limit(BATCH_SIZE)
                if not (rows := (await connection.execute(page)).all()):
                    return
                roles = await _roles(connection, [row.id for row in rows], now)
                yield [_values(row, roles.get(row.id), now) for row in rows]
                last = rows[-1].id


@asynccontextmanager
async def _snapshot(database: Database) -> AsyncIterator[AsyncConnection]:
    """All that is read in it is of one moment."""
    with translated(database.outages.tell):
        async with database.reads.connect() as connection:
            snapshot = connection
            if connection.dialect.name == "sqlite":
                await connection.exec_driver_sql("BEGIN")
            else:
                snapshot = await connection.execution_options(isolation_level="REPEATABLE READ")
            yield snapshot


async def _roles(
    connection: AsyncConnection, ids: Sequence[int], now: datetime
) -> Mapping[int, list[str]]:
    """The names of the roles that users have for ever, by the user's id."""
    names = defaultdict(list)
    held = ROLES.where(UserRole.user_id.in_(ids)).order_by(Role.name)
    for user_id, name in await connection.execute(held, {"now": now}):
        names[user_id].append(name)
    return names


def _values(row: AnyRow, roles: list[str] | None, now: datetime) -> Mapping[str, Any]:
    """What the user does not have is left out."""
    columns = row._mapping
    values = {name: columns[name] for name in SAME}
    values["is_active"] = is_active(row, now)
    values |= {name: at and at.isoformat().replace("+00:00", "Z") for name in TIMES
               for at in [columns[name]]}  # fmt: skip
    values |= {kind.value: columns[kind.value] or None for kind in Kind}
    values |= {"roles": roles, "password_hash": columns.get("password_hash")}
    return {name: value for name, value in values.items() if value is not None}
