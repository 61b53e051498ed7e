import pytest

from tests.roles.granting import SUPPORT, roles_of, set_roles
from tests.support.history import history
from tests.support.people import Person
from uservault.wiring.ports import Resources


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
        role = {"role": "support", "permissions": ["users:read", "users:write"]}
        assert (await history(resources, "type", "actor_id", "data"))[-2:] == [
            ("role.revoked_many", admin.id, role | {"users": [ada.id]}),
            ("role.deleted", admin.id, role | {"holders": 1}),
        ]

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

    @pytest.mark.promise("F7")
    async def test_honours_if_match(self, admin: Person, support: int) -> None:
        response = await admin.delete(f"/roles/{support}", headers={"If-Match": '"2"'})

        assert response.status_code == 412

    @pytest.mark.promise("D1")
    async def test_is_not_for_everybody(self, ada: Person, support: int) -> None:
        assert (await ada.delete(f"/roles/{support}")).status_code == 403
