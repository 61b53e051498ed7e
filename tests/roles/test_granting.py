import asyncio

import pytest
from httpx import AsyncClient

from tests.roles.granting import (
    EVERYTHING,
    SUPPORT,
    grant,
    granted,
    revoked,
    roles_of,
    set_roles,
)
from tests.support.history import history
from tests.support.people import Person, register
from uservault.wiring.ports import Resources


class TestSetUserRoles:
    async def test_replaces_the_set_and_records_each_change(
        self, admin: Person, ada: Person, support: int, resources: Resources
    ) -> None:
        await admin.post("/roles", json={"name": "audit", "permissions": ["audit:read"]})
        await set_roles(admin, ada, "support")

        response = await admin.put(f"/users/{ada.id}/roles", json={"roles": ["audit", "audit"]})

        assert response.status_code == 200
        assert response.json() == {
            "roles": ["audit"],
            "permissions": ["audit:read"],
            "grants": [grant("audit")],
        }
        assert await roles_of(ada, ada) == ["audit"]
        assert (await history(resources, "type", "actor_id", "subject_id", "data"))[-3:] == [
            ("role.granted", admin.id, ada.id, granted("support", "users:read", "users:write")),
            ("role.granted", admin.id, ada.id, granted("audit", "audit:read")),
            ("role.revoked", admin.id, ada.id, revoked("support", "users:read", "users:write")),
        ]

    async def test_changes_nothing_if_nothing_is_new(
        self, admin: Person, ada: Person, support: int, resources: Resources
    ) -> None:
        await set_roles(admin, ada, "support")
        before = await history(resources, "id")

        assert await set_roles(admin, ada, "support") == 200

        assert await roles_of(ada, ada) == ["support"]
        assert await history(resources, "id") == before

    async def test_takes_effect_at_the_next_request(
        self, admin: Person, ada: Person, support: int
    ) -> None:
        assert (await ada.get("/users")).status_code == 403

        await set_roles(admin, ada, "support")
        assert (await ada.get("/users")).status_code == 200

        await set_roles(admin, ada)
        assert (await ada.get("/users")).status_code == 403

    async def test_makes_an_administrator_who_may_do_everything(
        self, admin: Person, ada: Person
    ) -> None:
        await set_roles(admin, ada, "admin")

        assert (await ada.get(f"/users/{ada.id}/roles")).json()["permissions"] == EVERYTHING
        assert await set_roles(ada, admin) == 200
        assert (await admin.get("/users")).status_code == 403

    async def test_knows_no_role_that_does_not_exist(
        self, admin: Person, ada: Person, support: int
    ) -> None:
        names = ["support", "nobody", "none"]

        response = await admin.put(f"/users/{ada.id}/roles", json={"roles": names})

        assert response.status_code == 409
        assert response.json()["code"] == "unknown-role"
        assert [fault["pointer"] for fault in response.json()["errors"]] == [
            "/body/roles/1",
            "/body/roles/2",
        ]
        assert await roles_of(ada, ada) == []

    @pytest.mark.promise("D3", "E1")
    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            ({"roles": ["Admin"]}, "/body/roles/0"),
            ({"roles": ["admin "]}, "/body/roles/0"),
            ({"roles": ["аdmin"]}, "/body/roles/0"),
            ({"roles": [1]}, "/body/roles/0"),
            ({"roles": ["x1"] * 101}, "/body/roles"),
            ({"roles": "admin"}, "/body/roles"),
            ({"roles": None}, "/body/roles"),
            ({}, "/body/roles"),
            ({"roles": [], "permissions": ["users:read"]}, "/body/permissions"),
            ({"roles": [], "user_id": 1}, "/body/user_id"),
        ],
        ids=lambda value: str(value)[:50].encode("ascii", "replace").decode(),
    )
    async def test_says_what_is_wrong(
        self, admin: Person, ada: Person, body: dict[str, object], pointer: str
    ) -> None:
        response = await admin.put(f"/users/{ada.id}/roles", json=body)

        assert response.status_code == 422
        assert response.json()["errors"][0]["pointer"] == pointer

    async def test_knows_no_user_that_does_not_exist(self, admin: Person) -> None:
        response = await admin.put("/users/99/roles", json={"roles": ["nobody"]})

        assert response.status_code == 404
        assert response.json()["code"] == "user-not-found"

    async def test_gives_only_what_the_caller_holds(
        self, chief: Person, ada: Person, support: int
    ) -> None:
        response = await chief.put(f"/users/{ada.id}/roles", json={"roles": ["support", "chief"]})

        assert response.status_code == 403
        assert response.json()["missing"] == ["users:write"]
        assert await roles_of(ada, ada) == []
        assert await set_roles(chief, ada, "chief") == 200

    async def test_lets_nobody_make_themselves_administrator(self, chief: Person) -> None:
        response = await chief.put(f"/users/{chief.id}/roles", json={"roles": ["admin"]})

        assert response.status_code == 403
        assert set(response.json()["missing"]) == set(EVERYTHING) - {
            "roles:write",
            "roles:read",
            "users:read",
        }
        assert await roles_of(chief, chief) == ["chief"]

    async def test_takes_only_what_the_caller_holds(
        self, admin: Person, chief: Person, ada: Person, support: int
    ) -> None:
        await set_roles(admin, ada, "support")

        assert await set_roles(chief, ada) == 403
        assert await roles_of(ada, ada) == ["support"]

    @pytest.mark.parametrize("names", [[], ["admin", "chief"]], ids=str)
    async def test_lets_only_administrators_touch_the_roles_of_one(
        self, admin: Person, chief: Person, names: list[str]
    ) -> None:
        assert await set_roles(chief, admin, *names) == 403
        assert await set_roles(chief, admin, "admin") == 200  # which changes nothing
        assert await roles_of(admin, admin) == ["admin"]

    @pytest.mark.promise("D1", "D3")
    async def test_is_not_for_oneself(self, ada: Person, support: int) -> None:
        response = await ada.put(f"/users/{ada.id}/roles", json={"nonsense": 1})

        assert response.json()["missing"] == ["roles:write"]

    async def test_does_not_mix_what_comes_at_once(
        self, admin: Person, ada: Person, resources: Resources
    ) -> None:
        names = ["aa", "bb", "cc", "dd"]
        for name in names:
            await admin.post("/roles", json={"name": name})

        for _ in range(5):
            await set_roles(admin, ada)
            tries = await asyncio.gather(*(set_roles(admin, ada, name) for name in names))

            assert tries == [200] * len(names)
            left = await roles_of(ada, ada)
            assert len(left) == 1  # of the sets that were sent, the last
        events = await history(resources, "type", "subject_id", "data")
        for name in names:
            given = events.count(("role.granted", ada.id, granted(name)))
            taken = events.count(("role.revoked", ada.id, revoked(name)))
            assert given - taken == (name in left)

    async def test_stands_a_role_that_goes_away_meanwhile(
        self, admin: Person, anyone: AsyncClient
    ) -> None:
        people = [await register(anyone, f"user{n}") for n in range(5)]
        for _ in range(5):
            role = (await admin.post("/roles", json=SUPPORT)).json()["id"]

            deleting = asyncio.create_task(admin.delete(f"/roles/{role}"))
            statuses = await asyncio.gather(
                *(set_roles(admin, person, "support") for person in people)
            )

            assert (await deleting).status_code == 200
            assert set(statuses) <= {200, 409}


async def test_in_development_the_last_administrator_may_go(
    admin: Person, anyone: AsyncClient
) -> None:
    assert await set_roles(admin, admin) == 200

    heir = await register(anyone, "heir")

    assert await roles_of(heir, heir) == ["admin"]
