import pytest
from sqlalchemy import text

from tests.roles.granting import EVERYTHING, grant, roles_of, set_roles
from tests.support.people import Person, appoint
from uservault.db.unit_of_work import unit_of_work
from uservault.wiring.ports import Resources


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

    @pytest.mark.promise("E6")
    @pytest.mark.parametrize("id", ["99", "0", "01", "9" * 19, "admin"])
    async def test_knows_no_role_that_does_not_exist(self, admin: Person, id: str) -> None:
        assert (await admin.get(f"/roles/{id}")).status_code == 404

    async def test_needs_leave(self, ada: Person) -> None:
        assert (await ada.get("/roles/1")).status_code == 403

    async def test_ignores_a_permission_that_only_a_newer_version_knows(
        self, admin: Person, ada: Person, support: int, resources: Resources
    ) -> None:
        await set_roles(admin, ada, "support")
        stored = "users:read webhooks:land"
        store = text("UPDATE roles SET permissions = :stored WHERE id = 2")
        async with unit_of_work(resources.database) as session:
            await session.execute(store, {"stored": stored})

        response = await admin.get(f"/roles/{support}")

        assert response.json()["permissions"] == ["users:read"]
        assert (await ada.get("/users")).status_code == 200
        await admin.patch(f"/roles/{support}", json={"description": "as before"})
        rows = await resources.database.rows(text("SELECT permissions FROM roles WHERE id = 2"))
        assert rows[0].permissions == stored  # for the newer version


class TestGetUserRoles:
    async def test_shows_ones_own(self, admin: Person) -> None:
        response = await admin.get(f"/users/{admin.id}/roles")

        assert response.json() == {
            "roles": ["admin"],
            "permissions": EVERYTHING,
            "grants": [grant("admin")],
        }

    async def test_shows_what_several_roles_permit_together(
        self, admin: Person, ada: Person, support: int
    ) -> None:
        await admin.post("/roles", json={"name": "audit", "permissions": ["audit:read"]})
        await set_roles(admin, ada, "support", "audit")

        response = await ada.get(f"/users/{ada.id}/roles")

        assert response.json() == {
            "roles": ["audit", "support"],
            "permissions": ["audit:read", "users:read", "users:write"],
            "grants": [grant("audit"), grant("support")],
        }

    async def test_shows_others_with_leave(self, admin: Person, ada: Person) -> None:
        reader = await appoint(admin, "reader", "roles:read")

        assert await roles_of(reader, ada) == []
        assert (await ada.get(f"/users/{reader.id}/roles")).json()["missing"] == ["roles:read"]

    async def test_knows_no_user_that_does_not_exist(self, admin: Person) -> None:
        response = await admin.get("/users/99/roles")

        assert response.status_code == 404
        assert response.json()["code"] == "user-not-found"
