import asyncio
from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import select, text

from tests import databases
from tests.fakes import FakeClock
from tests.history import history
from tests.people import Person, appoint, register
from uservault.access.principal import Permission
from uservault.db.unit_of_work import unit_of_work
from uservault.roles.models import Role
from uservault.wiring.ports import Resources

EVERYTHING = sorted(Permission)
SUPPORT = {
    "name": "support",
    "description": "Helps users who are locked out.",
    "permissions": ["users:write", "users:read"],
}


@pytest.fixture
async def support(admin: Person) -> int:
    """The id of a role."""
    response = await admin.post("/roles", json=SUPPORT)
    id: int = response.json()["id"]
    return id


@pytest.fixture
async def chief(admin: Person) -> Person:
    """Somebody who may change roles, but may not do everything."""
    return await appoint(admin, "chief", "roles:write", "roles:read", "users:read")


async def set_roles(by: Person, of: Person, *names: str) -> int:
    return (await by.put(f"/users/{of.id}/roles", json={"roles": names})).status_code


async def roles_of(by: Person, of: Person) -> list[str]:
    names: list[str] = (await by.get(f"/users/{of.id}/roles")).json()["roles"]
    return names


async def role_names(resources: Resources) -> list[str]:
    rows = await resources.database.rows(select(Role.name).order_by(Role.id))
    return [row.name for row in rows]


class TestCreateRole:
    async def test_answers_with_the_role_and_records_it(
        self, admin: Person, resources: Resources
    ) -> None:
        response = await admin.post("/roles", json=SUPPORT)

        assert response.status_code == 201
        assert response.json() == {
            "id": 2,
            "name": "support",
            "description": "Helps users who are locked out.",
            "permissions": ["users:read", "users:write"],
            "built_in": False,
            "created_at": "2026-01-01T00:00:00Z",
            "updated_at": "2026-01-01T00:00:00Z",
        }
        assert response.headers["Location"] == "/api/roles/2"
        assert response.headers["ETag"] == '"1"'
        assert (await history(resources, "type", "actor_id", "subject_id", "data"))[-1] == (
            "role.created",
            admin.id,
            None,
            {"role": "support", "permissions": ["users:read", "users:write"]},
        )

    async def test_wants_no_more_than_a_name(self, admin: Person) -> None:
        response = await admin.post("/roles", json={"name": "guest"})

        assert response.json()["description"] == ""
        assert response.json()["permissions"] == []

    async def test_permits_once_what_is_named_twice(self, admin: Person) -> None:
        role = {"name": "guest", "permissions": ["users:read"] * 200}

        response = await admin.post("/roles", json=role)

        assert response.json()["permissions"] == ["users:read"]

    @pytest.mark.parametrize("name", ["admin", "support"])
    async def test_refuses_a_name_that_is_taken(
        self, admin: Person, support: int, name: str
    ) -> None:
        response = await admin.post("/roles", json={"name": name})

        assert response.status_code == 409
        assert response.json()["code"] == "role-name-taken"

    async def test_lets_one_of_many_at_once_have_the_name(self, admin: Person) -> None:
        tries = [admin.post("/roles", json=SUPPORT) for _ in range(20)]

        statuses = [response.status_code for response in await asyncio.gather(*tries)]

        assert sorted(statuses) == [201] + [409] * 19  # H2

    @pytest.mark.parametrize("name", [r'"Admin"', r'"admin "', r'"admin\u0000"', r'"\ud800"'])
    async def test_knows_one_spelling_of_a_name(
        self, admin: Person, name: str, resources: Resources
    ) -> None:
        headers = {"Content-Type": "application/json"}

        response = await admin.post("/roles", content=f'{{"name": {name}}}', headers=headers)

        assert response.status_code == 422  # E2, E7
        assert response.json()["errors"][0]["pointer"] == "/body/name"
        assert await role_names(resources) == ["admin"]

    @pytest.mark.parametrize(
        ("wrong", "pointer"),
        [
            ({"permissions": ["*"]}, "permissions/0"),
            ({"permissions": ["users:read", "users:*"]}, "permissions/1"),
            ({"permissions": ["USERS:READ"]}, "permissions/0"),
            ({"permissions": ["users:read users:write"]}, "permissions/0"),
            ({"permissions": [None]}, "permissions/0"),
            ({"permissions": "users:read"}, "permissions"),
            ({"permissions": {"users:read": True}}, "permissions"),
            ({"permissions": None}, "permissions"),
            ({"description": "two\nlines"}, "description"),
            ({"description": "\0"}, "description"),
            ({"description": "x" * 501}, "description"),
            ({"description": None}, "description"),
            ({"id": 1}, "id"),
            ({"built_in": True}, "built_in"),
            ({"version": 7}, "version"),
            ({"users": [1]}, "users"),
        ],
        ids=lambda value: str(value)[:50].encode("ascii", "replace").decode(),
    )
    async def test_says_what_is_wrong(
        self, admin: Person, wrong: dict[str, Any], pointer: str
    ) -> None:
        response = await admin.post("/roles", json={"name": "support"} | wrong)  # D3, E1, E7

        assert response.status_code == 422
        assert response.json()["errors"][0]["pointer"] == f"/body/{pointer}"

    async def test_names_one_fault_of_very_many(self, admin: Person) -> None:
        role = {"name": "support", "permissions": ["nonsense"] * 5000}

        response = await admin.post("/roles", json=role)

        assert len(response.json()["errors"]) == 1

    async def test_keeps_a_description_in_any_script(self, admin: Person) -> None:
        response = await admin.post("/roles", json={"name": "x-1", "description": "🦊" * 500})

        assert response.json()["description"] == "🦊" * 500

    async def test_takes_only_permissions_that_its_maker_holds(
        self, chief: Person, resources: Resources
    ) -> None:
        role = {"name": "more", "permissions": ["users:read", "users:delete", "audit:read"]}

        response = await chief.post("/roles", json=role)  # D3

        assert response.status_code == 403
        assert response.json()["code"] == "forbidden"
        assert response.json()["missing"] == ["audit:read", "users:delete"]
        assert await role_names(resources) == ["admin", "chief"]

    async def test_lets_those_hand_on_what_they_hold(self, chief: Person) -> None:
        role = {"name": "less", "permissions": ["users:read"]}

        assert (await chief.post("/roles", json=role)).status_code == 201

    async def test_is_not_for_everybody(self, ada: Person, anyone: AsyncClient) -> None:
        response = await ada.post("/roles", json={"nonsense": 1})  # D1

        assert response.status_code == 403
        assert response.json()["missing"] == ["roles:write"]
        assert (await anyone.post("/roles", json=SUPPORT)).status_code == 401


class TestListRoles:
    async def test_goes_on_where_the_last_page_ended(self, admin: Person, support: int) -> None:
        first = await admin.get("/roles", params={"limit": 1})

        second = await admin.get(first.links["next"]["url"].removeprefix("/api"))

        assert [role["name"] for role in first.json() + second.json()] == ["admin", "support"]
        assert "Link" not in second.headers

    async def test_needs_leave(self, admin: Person, ada: Person) -> None:
        reader = await appoint(admin, "reader", "roles:read")

        assert (await reader.get("/roles")).status_code == 200
        assert (await ada.get("/roles")).json()["missing"] == ["roles:read"]


class TestGetRole:
    async def test_shows_that_an_administrator_may_do_everything(self, admin: Person) -> None:
        response = await admin.get("/roles/1")

        assert response.json()["name"] == "admin"
        assert response.json()["built_in"] is True
        assert response.json()["permissions"] == EVERYTHING
        assert response.headers["ETag"] == '"1"'

    @pytest.mark.parametrize("id", ["99", "0", "01", "9" * 19, "admin"])
    async def test_knows_no_role_that_does_not_exist(self, admin: Person, id: str) -> None:
        assert (await admin.get(f"/roles/{id}")).status_code == 404  # E6

    async def test_needs_leave(self, ada: Person) -> None:
        assert (await ada.get("/roles/1")).status_code == 403

    async def test_ignores_a_permission_that_only_a_newer_version_knows(
        self, admin: Person, ada: Person, support: int, resources: Resources
    ) -> None:
        await set_roles(admin, ada, "support")
        stored = "moon:land users:read"
        store = text("UPDATE roles SET permissions = :stored WHERE id = 2")
        async with unit_of_work(resources.database) as session:
            await session.execute(store, {"stored": stored})

        response = await admin.get(f"/roles/{support}")

        assert response.json()["permissions"] == ["users:read"]
        assert (await ada.get("/users")).status_code == 200
        await admin.patch(f"/roles/{support}", json={"description": "as before"})
        rows = await resources.database.rows(text("SELECT permissions FROM roles WHERE id = 2"))
        assert rows[0].permissions == stored  # for the newer version


class TestPatchRole:
    async def test_changes_what_is_sent_and_keeps_the_rest(
        self, admin: Person, support: int, clock: FakeClock, resources: Resources
    ) -> None:
        clock.advance(minutes=5)
        change = {"name": "helpdesk", "permissions": ["users:read"]}

        response = await admin.patch(f"/roles/{support}", json=change)

        assert response.json() == {
            "id": support,
            "name": "helpdesk",
            "description": "Helps users who are locked out.",
            "permissions": ["users:read"],
            "built_in": False,
            "created_at": "2026-01-01T00:00:00Z",
            "updated_at": "2026-01-01T00:05:00Z",
        }
        read = await admin.get(f"/roles/{support}")
        assert response.json() == read.json()
        assert response.headers["ETag"] == read.headers["ETag"] == '"2"'
        assert (await history(resources, "type", "actor_id", "data"))[-1] == (
            "role.updated",
            admin.id,
            {"role": "support", "changed": ["name", "permissions"], "permissions": ["users:read"]},
        )

    async def test_changes_nothing_if_nothing_is_new(
        self, admin: Person, support: int, clock: FakeClock, resources: Resources
    ) -> None:
        before = await admin.get(f"/roles/{support}")
        clock.advance(minutes=5)
        same = SUPPORT | {"permissions": ["users:read", "users:write", "users:read"]}

        response = await admin.patch(f"/roles/{support}", json=same)

        assert response.json() == before.json()
        assert response.headers["ETag"] == before.headers["ETag"]
        assert "role.updated" not in await history(resources)

    @pytest.mark.parametrize(
        "change", [{"name": "boss"}, {"permissions": []}, {"description": "Nobody."}, {}], ids=str
    )
    async def test_leaves_the_built_in_role_as_it_is(
        self, admin: Person, change: dict[str, object]
    ) -> None:
        response = await admin.patch("/roles/1", json=change)

        assert response.status_code == 409
        assert response.json()["code"] == "built-in-role"
        assert (await admin.get("/roles/1")).json()["permissions"] == EVERYTHING

    @pytest.mark.parametrize(("name", "status"), [("admin", 409), ("Admin", 422), ("admin ", 422)])
    async def test_lets_no_role_become_the_built_in_one(
        self, chief: Person, name: str, status: int
    ) -> None:
        response = await chief.patch("/roles/2", json={"name": name})

        assert response.status_code == status
        assert (await chief.get("/roles/2")).json()["name"] == "chief"

    @pytest.mark.parametrize(
        ("permissions", "missing"),
        [
            (["users:read", "users:write", "users:delete"], ["users:delete", "users:write"]),
            (["users:read"], ["users:write"]),
        ],
    )
    async def test_gives_and_takes_only_what_the_caller_holds(
        self,
        chief: Person,
        support: int,
        permissions: list[str],
        missing: list[str],
    ) -> None:
        response = await chief.patch(f"/roles/{support}", json={"permissions": permissions})

        assert response.status_code == 403
        assert response.json()["missing"] == missing

    async def test_adds_nothing_to_the_callers_own_role(self, chief: Person) -> None:
        more = {"permissions": ["roles:write", "users:read", "users:write"]}

        response = await chief.patch("/roles/2", json=more)

        assert response.json()["missing"] == ["users:write"]
        assert (await chief.put(f"/users/{chief.id + 1}", json={})).status_code == 403

    async def test_lets_nobody_lend_a_harmless_name_to_a_mighty_role(
        self, admin: Person, chief: Person, support: int
    ) -> None:
        response = await chief.patch(f"/roles/{support}", json={"name": "guest"})

        assert response.json()["missing"] == ["users:write"]
        assert (await admin.get(f"/roles/{support}")).json()["name"] == "support"

    async def test_takes_effect_at_the_next_request(
        self, admin: Person, ada: Person, support: int
    ) -> None:
        await set_roles(admin, ada, "support")
        assert (await ada.get("/users")).status_code == 200

        await admin.patch(f"/roles/{support}", json={"permissions": ["users:write"]})
        assert (await ada.get("/users")).status_code == 403

        await admin.patch(f"/roles/{support}", json={"permissions": ["users:read"]})
        assert (await ada.get("/users")).status_code == 200

    @pytest.mark.parametrize(
        "wrong",
        [{"id": 9}, {"built_in": True}, {"name": None}, {"permissions": None}, {"version": 1}],
        ids=str,
    )
    async def test_takes_no_other_fields_and_no_null(
        self, admin: Person, support: int, wrong: dict[str, object]
    ) -> None:
        response = await admin.patch(f"/roles/{support}", json=wrong)  # D3, E1

        assert response.status_code == 422
        assert response.json()["errors"][0]["pointer"] == f"/body/{next(iter(wrong))}"

    @pytest.mark.parametrize(("header", "status"), [('"1"', 200), ("*", 200), ('"2"', 412)])
    async def test_honours_if_match(
        self, admin: Person, support: int, header: str, status: int
    ) -> None:
        response = await admin.patch(
            f"/roles/{support}", json={"name": "new"}, headers={"If-Match": header}
        )  # F7

        assert response.status_code == status

    async def test_of_one_version_lets_one_win(self, admin: Person, support: int) -> None:
        one, path = {"If-Match": '"1"'}, f"/roles/{support}"
        tries = [admin.patch(path, json={"name": f"n{n}"}, headers=one) for n in range(10)]

        statuses = sorted(response.status_code for response in await asyncio.gather(*tries))

        assert statuses == [200] + [412] * 9  # F7

    async def test_knows_no_role_that_does_not_exist(self, admin: Person) -> None:
        response = await admin.patch("/roles/99", json={})

        assert response.status_code == 404
        assert response.json()["code"] == "role-not-found"

    async def test_is_not_for_everybody(self, ada: Person, support: int) -> None:
        response = await ada.patch(f"/roles/{support}", json={"nonsense": 1})  # D1

        assert response.json()["missing"] == ["roles:write"]


class TestDeleteRole:
    async def test_takes_it_from_its_holders_at_once_and_records_it(
        self, admin: Person, ada: Person, support: int, resources: Resources
    ) -> None:
        await set_roles(admin, ada, "support")
        assert (await ada.get("/users")).status_code == 200

        response = await admin.delete(f"/roles/{support}")

        assert response.json() == {"message": "Role deleted successfully"}
        assert (await ada.get("/users")).status_code == 403
        assert await roles_of(ada, ada) == []
        assert (await admin.get(f"/roles/{support}")).status_code == 404
        assert (await history(resources, "type", "actor_id", "data"))[-1] == (
            "role.deleted",
            admin.id,
            {"role": "support", "holders": 1},
        )

    async def test_sets_the_name_free_but_not_for_its_former_holders(
        self, admin: Person, ada: Person, support: int
    ) -> None:
        await set_roles(admin, ada, "support")
        await admin.delete(f"/roles/{support}")

        again = await admin.post("/roles", json=SUPPORT)

        assert again.json()["id"] > support
        assert await roles_of(ada, ada) == []

    async def test_leaves_the_built_in_role(self, admin: Person) -> None:
        response = await admin.delete("/roles/1")

        assert response.status_code == 409
        assert response.json()["code"] == "built-in-role"

    async def test_takes_away_only_what_the_caller_holds(
        self, admin: Person, chief: Person, support: int
    ) -> None:
        response = await chief.delete(f"/roles/{support}")

        assert response.json()["missing"] == ["users:write"]
        assert (await admin.get(f"/roles/{support}")).status_code == 200

    async def test_honours_if_match(self, admin: Person, support: int) -> None:
        response = await admin.delete(f"/roles/{support}", headers={"If-Match": '"2"'})

        assert response.status_code == 412  # F7

    async def test_is_not_for_everybody(self, ada: Person, support: int) -> None:
        assert (await ada.delete(f"/roles/{support}")).status_code == 403  # D1


class TestGetUserRoles:
    async def test_shows_ones_own(self, admin: Person) -> None:
        response = await admin.get(f"/users/{admin.id}/roles")

        assert response.json() == {"roles": ["admin"], "permissions": EVERYTHING}

    async def test_shows_what_several_roles_permit_together(
        self, admin: Person, ada: Person, support: int
    ) -> None:
        await admin.post("/roles", json={"name": "audit", "permissions": ["audit:read"]})
        await set_roles(admin, ada, "support", "audit")

        response = await ada.get(f"/users/{ada.id}/roles")

        assert response.json() == {
            "roles": ["audit", "support"],
            "permissions": ["audit:read", "users:read", "users:write"],
        }

    async def test_shows_others_with_leave(self, admin: Person, ada: Person) -> None:
        reader = await appoint(admin, "reader", "roles:read")

        assert await roles_of(reader, ada) == []
        assert (await ada.get(f"/users/{reader.id}/roles")).json()["missing"] == ["roles:read"]

    async def test_knows_no_user_that_does_not_exist(self, admin: Person) -> None:
        response = await admin.get("/users/99/roles")

        assert response.status_code == 404
        assert response.json()["code"] == "user-not-found"


class TestSetUserRoles:
    async def test_replaces_the_set_and_records_each_change(
        self, admin: Person, ada: Person, support: int, resources: Resources
    ) -> None:
        await admin.post("/roles", json={"name": "audit", "permissions": ["audit:read"]})
        await set_roles(admin, ada, "support")

        response = await admin.put(f"/users/{ada.id}/roles", json={"roles": ["audit", "audit"]})

        assert response.status_code == 200
        assert response.json() == {"roles": ["audit"], "permissions": ["audit:read"]}
        assert await roles_of(ada, ada) == ["audit"]
        assert (await history(resources, "type", "actor_id", "subject_id", "data"))[-3:] == [
            ("role.granted", admin.id, ada.id, {"role": "support"}),
            ("role.granted", admin.id, ada.id, {"role": "audit"}),
            ("role.revoked", admin.id, ada.id, {"role": "support"}),
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
        response = await admin.put(f"/users/{ada.id}/roles", json=body)  # D3, E1

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

    async def test_is_not_for_oneself(self, ada: Person, support: int) -> None:
        response = await ada.put(f"/users/{ada.id}/roles", json={"nonsense": 1})  # D1, D3

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
            given = events.count(("role.granted", ada.id, {"role": name}))
            taken = events.count(("role.revoked", ada.id, {"role": name}))
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


async def test_a_user_of_many_roles_has_all_of_their_permissions(
    admin: Person, ada: Person, backend: str, database_url: str, resources: Resources
) -> None:
    names = [f"role{n:02}-{'x' * 50}" for n in range(100)]
    for name in names[:-1]:
        await admin.post("/roles", json={"name": name, "permissions": EVERYTHING[:-1]})
    await admin.post("/roles", json={"name": names[-1], "permissions": EVERYTHING})
    await set_roles(admin, ada, *names)
    if backend == "mariadb":
        async with databases.connected(database_url) as connection:  # as MySQL is by default
            await connection.execute(text("SET GLOBAL group_concat_max_len = 1024"))
        await resources.database.reads.dispose()

    assert await roles_of(ada, ada) == names
    for _ in range(2):
        assert (await ada.get("/users")).status_code == 200


async def test_a_user_of_many_roles_gets_a_token_that_is_taken(admin: Person, ada: Person) -> None:
    names = [f"role{n:02}-{'x' * 57}" for n in range(100)]
    for name in names:
        await admin.post("/roles", json={"name": name, "permissions": EVERYTHING})
    await set_roles(admin, ada, *names)

    assert await (await ada.again()).status() == 200
