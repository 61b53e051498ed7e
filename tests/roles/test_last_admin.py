"""In production there is always an active administrator."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeAlias

import pytest
from httpx import AsyncClient, Response
from sqlalchemy import update

from tests.support import databases
from tests.support.history import history
from tests.support.people import Person, appoint, register
from uservault.db.unit_of_work import unit_of_work
from uservault.roles.assignments import RoleAssignments
from uservault.settings.tree import Settings
from uservault.users.models import User
from uservault.wiring.ports import Resources
from uservault.wiring.scope import scope

Deed: TypeAlias = Callable[[Person], Awaitable[Response]]
Maker: TypeAlias = Callable[[str], Awaitable[Person]]


async def resign(admin: Person) -> Response:
    return await admin.put(f"/users/{admin.id}/roles", json={"roles": []})


async def leave(admin: Person) -> Response:
    return await admin.delete(f"/users/{admin.id}")


@pytest.fixture
def settings(database_url: str) -> Settings:
    return databases.settings_for(
        database_url,
        env="production",
        passwords={"min_length": 8, "blocklist": False},
        log={"file": None, "level": "info"},
    )


@pytest.fixture
def new_admin(anyone: AsyncClient, resources: Resources) -> Maker:
    """Makes administrators as whoever runs the service does."""

    async def make(username: str) -> Person:
        person = await register(anyone, username)
        async with scope(resources) as made:
            await made.get(RoleAssignments).make_admin(person.id)
        return person

    return make


@pytest.fixture
async def admin(new_admin: Maker) -> Person:
    return await new_admin("root")


@pytest.mark.parametrize("go", [resign, leave])
async def test_the_last_one_cannot_go(
    admin: Person, ada: Person, resources: Resources, go: Deed
) -> None:
    before = await history(resources)

    response = await go(admin)

    assert response.status_code == 409
    assert response.json()["code"] == "last-administrator"
    assert (await admin.get("/users")).status_code == 200
    assert await history(resources) == before


@pytest.mark.parametrize("go", [resign, leave])
async def test_the_last_but_one_can_go(admin: Person, new_admin: Maker, go: Deed) -> None:
    other = await new_admin("other")

    assert (await go(other)).status_code == 200
    assert (await go(admin)).status_code == 409


@pytest.mark.parametrize("go", [resign, leave])
async def test_one_who_is_not_active_does_not_count(
    admin: Person, new_admin: Maker, resources: Resources, go: Deed
) -> None:
    other = await new_admin("other")
    async with unit_of_work(resources.database) as session:
        await session.execute(update(User).where(User.id == other.id).values(is_active=False))

    assert (await go(admin)).status_code == 409
    assert (await admin.delete(f"/users/{other.id}")).status_code == 200


@pytest.mark.parametrize("go", [resign, leave])
async def test_one_who_is_deleted_and_could_be_restored_does_not_count(
    admin: Person, new_admin: Maker, resources: Resources, go: Deed
) -> None:
    other = await new_admin("other")
    async with unit_of_work(resources.database) as session:
        deleted = update(User).where(User.id == other.id).values(deleted_at=resources.clock())
        await session.execute(deleted)

    assert (await go(admin)).status_code == 409


@pytest.mark.parametrize(
    "times",
    [{"expires_at": "2030-01-01T00:00:00Z"}, {"starts_at": "2026-01-01T00:00:01Z"}],
    ids=str,
)
async def test_the_last_one_stays_one_for_good(
    admin: Person, new_admin: Maker, times: dict[str, str]
) -> None:
    for_a_time = {"roles": [{"role": "admin"} | times]}

    response = await admin.put(f"/users/{admin.id}/roles", json=for_a_time)

    assert (response.status_code, response.json()["code"]) == (409, "last-administrator")
    await new_admin("other")
    assert (await admin.put(f"/users/{admin.id}/roles", json=for_a_time)).status_code == 200


@pytest.mark.parametrize("go", [resign, leave])
async def test_one_for_a_time_does_not_count(admin: Person, new_admin: Maker, go: Deed) -> None:
    other = await new_admin("other")
    for_a_time = {"roles": [{"role": "admin", "expires_at": "2030-01-01T00:00:00Z"}]}
    assert (await admin.put(f"/users/{other.id}/roles", json=for_a_time)).status_code == 200

    assert (await go(admin)).status_code == 409
    assert (await go(other)).status_code == 200


async def test_one_who_may_do_everything_by_another_role_does_not_count(admin: Person) -> None:
    everything = (await admin.get("/roles/1")).json()["permissions"]
    deputy = await appoint(admin, "deputy", *everything)

    response = await deputy.put(f"/users/{admin.id}/roles", json={"roles": []})

    assert response.status_code == 409


async def test_others_can_go(admin: Person, ada: Person, anyone: AsyncClient) -> None:
    bob = await register(anyone, "bob")

    assert (await admin.delete(f"/users/{ada.id}")).status_code == 200
    assert (await leave(bob)).status_code == 200
    assert (await admin.delete("/users/99")).status_code == 404


@pytest.mark.parametrize(
    "deeds", [(resign, resign), (leave, leave), (resign, leave)], ids=lambda d: d[0].__name__
)
async def test_of_the_last_two_at_once_exactly_one_can_go(
    admin: Person, new_admin: Maker, deeds: tuple[Deed, Deed]
) -> None:
    for n in range(20):
        other = await new_admin(f"admin{n}")

        first, second = await asyncio.gather(deeds[0](admin), deeds[1](other))

        assert sorted([first.status_code, second.status_code]) == [200, 409]
        admin = other if first.status_code == 200 else admin
        assert (await admin.get("/users")).status_code == 200


async def test_of_two_who_demote_each_other_exactly_one_stays(
    admin: Person, new_admin: Maker
) -> None:
    nothing: dict[str, list[str]] = {"roles": []}
    for n in range(20):
        other = await new_admin(f"admin{n}")

        first, second = await asyncio.gather(
            admin.put(f"/users/{other.id}/roles", json=nothing),
            other.put(f"/users/{admin.id}/roles", json=nothing),
        )

        # Too late is refused at the door if it comes after the other's commit, else by the rule.
        statuses = {first.status_code, second.status_code}
        assert statuses in ({200, 409}, {200, 403})
        admin = admin if first.status_code == 200 else other
        assert (await admin.get("/users")).status_code == 200
