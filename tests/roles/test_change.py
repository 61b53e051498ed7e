import asyncio

import pytest

from tests.roles.granting import EVERYTHING, SUPPORT, set_roles
from tests.support.fakes import FakeClock
from tests.support.history import history
from tests.support.people import Person
from uservault.wiring.ports import Resources


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
            {
                "role": "support",
                "changed": ["name", "permissions"],
                "permissions": ["users:read"],
                "before": {"name": "support", "permissions": ["users:read", "users:write"]},
                "after": {"name": "helpdesk", "permissions": ["users:read"]},
            },
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
        self, admin: Person, support: int, name: str, status: int
    ) -> None:
        response = await admin.patch(f"/roles/{support}", json={"name": name})

        assert response.status_code == status
        assert (await admin.get(f"/roles/{support}")).json()["name"] == "support"

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

        assert "users:write" in response.json()["missing"]
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

    @pytest.mark.promise("D3", "E1")
    @pytest.mark.parametrize(
        "wrong",
        [{"id": 9}, {"built_in": True}, {"name": None}, {"permissions": None}, {"version": 1}],
        ids=str,
    )
    async def test_takes_no_other_fields_and_no_null(
        self, admin: Person, support: int, wrong: dict[str, object]
    ) -> None:
        response = await admin.patch(f"/roles/{support}", json=wrong)

        assert response.status_code == 422
        assert response.json()["errors"][0]["pointer"] == f"/body/{next(iter(wrong))}"

    @pytest.mark.promise("F7")
    @pytest.mark.parametrize(("header", "status"), [('"1"', 200), ("*", 200), ('"2"', 412)])
    async def test_honours_if_match(
        self, admin: Person, support: int, header: str, status: int
    ) -> None:
        response = await admin.patch(
            f"/roles/{support}", json={"name": "new"}, headers={"If-Match": header}
        )

        assert response.status_code == status

    @pytest.mark.promise("F7")
    async def test_of_one_version_lets_one_win(self, admin: Person, support: int) -> None:
        one, path = {"If-Match": '"1"'}, f"/roles/{support}"
        tries = [admin.patch(path, json={"name": f"n{n}"}, headers=one) for n in range(10)]

        statuses = sorted(response.status_code for response in await asyncio.gather(*tries))

        assert statuses == [200] + [412] * 9

    async def test_knows_no_role_that_does_not_exist(self, admin: Person) -> None:
        response = await admin.patch("/roles/99", json={})

        assert response.status_code == 404
        assert response.json()["code"] == "role-not-found"

    @pytest.mark.promise("D1")
    async def test_is_not_for_everybody(self, ada: Person, support: int) -> None:
        response = await ada.patch(f"/roles/{support}", json={"nonsense": 1})

        assert response.json()["missing"] == ["roles:write"]
