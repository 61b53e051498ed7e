"""How the databases find users: what a few users have in common is no reason to read them all."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, text

from tests.users.test_plans import explained
from uservault.db.unit_of_work import unit_of_work
from uservault.search.filters import conditions
from uservault.search.keyset import Keyset
from uservault.search.reader import COLUMNS
from uservault.search.schemas import UserQuery
from uservault.tables import metadata
from uservault.users.identifiers import Kind
from uservault.wiring.ports import Resources

MANY = 20_000
LATE = "2026-01-01T05:30:00Z"  # nearly the last second
SELECTIVE: Mapping[str, Mapping[str, Any]] = {
    "id": {"id": [7, 8]},
    "username": {"username": "u7"},
    "email": {"email": "u7@example.com"},
    "external_id": {"external_id": "u7"},
    "prefix": {"q": "u777"},
    "inactive": {"is_active": False},
    "unverified": {"email_verified": False},
    "role": {"role": "rare"},
    "created": {"created_after": LATE},
    "last login": {"last_login_after": LATE, "sort": "last_login_at"},
}
SORTS = ("id", "-id", "created_at", "-created_at", "username", "-username", "email", "-email",
         "last_login_at", "-last_login_at")  # fmt: skip


@pytest.fixture
async def crowd(resources: Resources) -> Resources:
    """One of a hundred is inactive and unverified, and a few have the role."""
    now, numbers = resources.clock(), range(1, MANY + 1)
    users = [
        {
            "username": f"u{n}",
            "email": f"u{n}@example.com",
            "email_verified_at": now if n % 100 else None,
            "is_active": bool(n % 100),
            "created_at": now + timedelta(seconds=n),
            "updated_at": now,
            "last_login_at": now + timedelta(seconds=n),
            "version": 1,
        }
        for n in numbers
    ]
    keys = {Kind.USERNAME: "u{}", Kind.EMAIL: "u{}@example.com", Kind.EXTERNAL_ID: "u{}"}
    found_by = [
        {"kind": kind, "key": key.format(n), "user_id": n}
        for kind, key in keys.items()
        for n in numbers
    ]
    role = {"id": 9, "name": "rare", "permissions": [], "created_at": now, "updated_at": now}
    tables = metadata.tables
    async with unit_of_work(resources.database) as session:
        await session.execute(insert(tables["users"]), users)
        await session.execute(insert(tables["identifiers"]), found_by)
        await session.execute(insert(tables["roles"]), [role | {"version": 1}])
        grants = [{"user_id": n, "role_id": 9} for n in range(1, 4)]
        await session.execute(insert(tables["user_roles"]), grants)
        if resources.database.url.get_backend_name() != "mariadb":
            await session.execute(text("ANALYZE"))
    return resources


async def plan_of(resources: Resources, **wanted: Any) -> str:
    """Of a page in the middle of what is found."""
    query, now = UserQuery.model_validate(wanted), resources.clock()
    which = COLUMNS.where(*conditions(query, now, resources.database.url.get_backend_name()))
    moment = now.isoformat()
    middle: dict[str, Any] = {"id": 5, "created_at": moment, "last_login_at": moment}
    after = (middle.get(query.column, "u5"), 5)
    found = next(Keyset(query).parts(which, after)).limit(51).params(now=now)
    return await explained(resources, found)


def reads_all(plan: str) -> bool:
    """Whether it reads every user in no order that helps."""
    return any(
        "Seq Scan on users" in line
        or ("SCAN users" in line and "USING" not in line)
        or "'users', 'ALL'" in line
        for line in plan.splitlines()
    )


def sorts(plan: str) -> bool:
    """Whether it sorts users. Further addresses, of which there are few, may be sorted."""
    signs = ("TEMP B-TREE FOR ORDER BY", "Sort Key", "filesort")
    return any(
        sign in line and "user_emails" not in line for line in plan.splitlines() for sign in signs
    )


async def test_a_selective_filter_reads_few(crowd: Resources) -> None:
    for name, wanted in SELECTIVE.items():
        plan = await plan_of(crowd, **wanted)

        assert not reads_all(plan), (name, plan)


async def test_a_page_is_read_in_its_order(crowd: Resources) -> None:
    for sort in SORTS:
        plan = await plan_of(crowd, sort=sort)

        assert not reads_all(plan), (sort, plan)
        assert not sorts(plan), (sort, plan)
