"""How the databases look users up: that most are not deleted, and most grants have no end, must not
lead them through all."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import insert, text

from uservault.db.batch import AnySelect
from uservault.db.database import AnyRow
from uservault.db.unit_of_work import unit_of_work
from uservault.passwords.reader import _identified
from uservault.roles.reader import BY_USER
from uservault.sessions.authenticator import LIVE
from uservault.sessions.models import Session
from uservault.sessions.reader import UNREVOKED, from_device
from uservault.tables import metadata
from uservault.users.identifiers import Identifier, Kind
from uservault.users.models import User
from uservault.users.reader import READ_COLUMNS
from uservault.wiring.ports import Resources

MANY = 2000
USERS, IDENTIFIERS, PASSWORDS, SESSIONS, GRANTS = (
    metadata.tables[name]
    for name in ("users", "identifiers", "passwords", "sessions", "user_roles")
)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
LOOKS: Mapping[str, Callable[[int], AnySelect]] = {
    "read": lambda n: READ_COLUMNS.where(User.id.in_(range(1, n + 1))),
    "login": lambda n: _identified(Kind.USERNAME).where(
        Identifier.key.in_([f"u{i}" for i in range(1, n + 1)])
    ),
    "token": lambda n: LIVE.where(Session.id.in_(range(1, n + 1))).params(now=NOW),
    "roles": lambda n: BY_USER.where(GRANTS.c.user_id.in_(range(1, n + 1))).params(now=NOW),
    "page": lambda n: READ_COLUMNS.where(User.id > n).order_by(User.id).limit(51),
}


@pytest.fixture
async def crowd(resources: Resources) -> Resources:
    now = resources.clock()
    names = [f"u{n}" for n in range(1, MANY + 1)]
    keys = ("username", "email")
    others = {"is_active": True, "created_at": now, "updated_at": now, "version": 1}
    async with unit_of_work(resources.database) as session:
        await session.execute(insert(USERS), [dict.fromkeys(keys, name) | others for name in names])
        found_by = [
            {"kind": kind, "key": name, "user_id": n}
            for kind in Kind
            for n, name in enumerate(names, start=1)
        ]
        await session.execute(insert(IDENTIFIERS), found_by)
        times = ("created_at", "last_seen_at", "expires_at", "refreshed_at")
        kept = dict.fromkeys(times, now) | {"key_sealed": "", "counter": 0}
        sessions = [kept | {"user_id": n} for n in range(1, MANY + 1)]
        ended = {"revoked_at": now, "device": "Firefox on Linux"}
        await session.execute(insert(SESSIONS), sessions)
        await session.execute(insert(SESSIONS), [each | ended for each in sessions * 3])
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
    wanted = LOOKS[look](count)

    plan = await explained(crowd, wanted)

    assert ("user_roles" if look == "roles" else "users") in plan
    assert "ix_users_deleted_at" not in plan
    assert "ix_user_roles_expires_at" not in plan


@pytest.mark.promise("I10")
@pytest.mark.parametrize("address", ["192.0.2.7", None])
async def test_a_login_finds_sessions_by_indexes(crowd: Resources, address: str | None) -> None:
    device = await explained(crowd, from_device(7, "Firefox on Linux", address))
    count = await explained(crowd, UNREVOKED.where(Session.user_id == 7))

    assert "ix_sessions_user_id_device_address" in device
    assert "ix_sessions_u" in count  # of those that last, or on MariaDB of the user


async def explained(resources: Resources, wanted: AnySelect) -> str:
    dialect = resources.database.reads.dialect
    sql = str(wanted.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
    command = "EXPLAIN QUERY PLAN" if dialect.name == "sqlite" else "EXPLAIN"
    rows = await resources.database.rows(text(f"{command} {sql.replace(':', chr(92) + ':')}"))
    return "\n".join(str(_chosen(row)) for row in rows)


def _chosen(row: AnyRow) -> list[Any]:
    """Without the keys that MariaDB lists because it considered them."""
    return [value for name, value in row._mapping.items() if name != "possible_keys"]
