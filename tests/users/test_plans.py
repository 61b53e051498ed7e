"""How the databases look users up: that most are not deleted, and most grants have no end, must not
lead them through all."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import insert, text

from uservault.db.batch import AnySelect
from uservault.db.unit_of_work import unit_of_work
from uservault.passwords.reader import _credentials
from uservault.roles.reader import BY_USER
from uservault.sessions.authenticator import LIVE
from uservault.sessions.models import Session
from uservault.tables import metadata
from uservault.users.models import User
from uservault.users.reader import READ_COLUMNS
from uservault.wiring.ports import Resources

MANY = 2000
USERS, PASSWORDS, SESSIONS, GRANTS = (
    metadata.tables[name] for name in ("users", "passwords", "sessions", "user_roles")
)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
LOOKS: Mapping[str, Callable[[int], Any]] = {
    "read": lambda n: READ_COLUMNS.where(User.id.in_(range(1, n + 1))),
    "login": lambda n: _credentials(User.username_key).where(
        User.username_key.in_([f"u{i}" for i in range(1, n + 1)])
    ),
    "token": lambda n: LIVE.where(Session.id.in_(range(1, n + 1))).params(now=NOW),
    "roles": lambda n: BY_USER.where(GRANTS.c.user_id.in_(range(1, n + 1))).params(now=NOW),
    "page": lambda n: READ_COLUMNS.where(User.id > n).order_by(User.id).limit(51),
}


@pytest.fixture
async def crowd(resources: Resources) -> Resources:
    now = resources.clock()
    names = [f"u{n}" for n in range(1, MANY + 1)]
    keys = ("username", "username_key", "email", "email_key")
    others = {"is_active": True, "created_at": now, "updated_at": now, "version": 1}
    async with unit_of_work(resources.database) as session:
        await session.execute(insert(USERS), [dict.fromkeys(keys, name) | others for name in names])
        times = ("created_at", "last_seen_at", "expires_at", "refreshed_at")
        kept = dict.fromkeys(times, now) | {"key_sealed": "", "counter": 0}
        await session.execute(insert(SESSIONS), [kept | {"user_id": n} for n in range(1, MANY + 1)])
        await session.execute(
            insert(PASSWORDS), [{"user_id": n, "hash": ""} for n in range(1, MANY + 1)]
        )
        await session.execute(
            insert(GRANTS), [{"user_id": n, "role_id": 1} for n in range(1, MANY + 1)]
        )
        if resources.database.url.get_backend_name() == "postgresql":
            await session.execute(text("ANALYZE"))  # it would be some minutes until it knew
    return resources


@pytest.mark.parametrize("count", [1, 16, 64, 512])
@pytest.mark.parametrize("look", LOOKS)
async def test_goes_by_the_key(crowd: Resources, look: str, count: int) -> None:
    wanted: AnySelect = LOOKS[look](count)

    plan = await explained(crowd, wanted)

    assert ("user_roles" if look == "roles" else "users") in plan
    assert "ix_users_deleted_at" not in plan
    assert "ix_user_roles_expires_at" not in plan


async def explained(resources: Resources, wanted: AnySelect) -> str:
    dialect = resources.database.reads.dialect
    sql = str(wanted.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
    command = "EXPLAIN QUERY PLAN" if dialect.name == "sqlite" else "EXPLAIN"
    rows = await resources.database.rows(text(f"{command} {sql.replace(':', chr(92) + ':')}"))
    return "\n".join(str(tuple(row)) for row in rows)
