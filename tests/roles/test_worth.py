"""What a role is worth to other services that read its name counts like its permissions."""

from collections.abc import Sequence

import pytest
from httpx import Response

from tests.roles.granting import EVERYTHING, roles_of, set_roles
from tests.support.people import Person, appoint, register

pytestmark = pytest.mark.promise("I9")
LACKED = sorted(set(EVERYTHING) - {"roles:write", "roles:read", "users:read"})  # by chief


@pytest.fixture
async def empty(admin: Person) -> int:
    """The id of a role without permissions."""
    id: int = (await admin.post("/roles", json={"name": "finance"})).json()["id"]
    return id


def ensure_refused(response: Response, missing: Sequence[str]) -> None:
    assert (response.status_code, response.json()["code"]) == (403, "forbidden")
    assert response.json()["missing"] == missing


class TestCreateRole:
    async def test_without_permissions_takes_them_all(self, chief: Person) -> None:
        ensure_refused(await chief.post("/roles", json={"name": "finance"}), LACKED)


class TestPatchRole:
    @pytest.mark.parametrize(
        "change", [{"permissions": ["roles:read"]}, {"description": "Mine."}], ids=str
    )
    async def test_of_an_empty_role_takes_all_permissions(
        self, admin: Person, chief: Person, empty: int, change: dict[str, object]
    ) -> None:
        ensure_refused(await chief.patch(f"/roles/{empty}", json=change), LACKED)

        assert (await admin.get(f"/roles/{empty}")).headers["ETag"] == '"1"'

    async def test_that_empties_a_role_takes_all_permissions(self, chief: Person) -> None:
        ensure_refused(await chief.patch("/roles/2", json={"permissions": []}), LACKED)

    async def test_of_a_name_takes_all_permissions(self, chief: Person) -> None:
        ensure_refused(await chief.patch("/roles/2", json={"name": "finance"}), LACKED)

        assert await roles_of(chief, chief) == ["chief"]

    async def test_of_the_rest_takes_those_of_the_role(self, chief: Person) -> None:
        change = {"description": "Fewer.", "permissions": ["roles:write"]}

        assert (await chief.patch("/roles/2", json=change)).status_code == 200

    async def test_takes_those_of_applications_too(self, admin: Person, empty: int) -> None:
        deputy = await appoint(admin, "deputy", *EVERYTHING)
        assert (await deputy.patch(f"/roles/{empty}", json={"name": "money"})).status_code == 200
        await admin.post("/permissions", json={"name": "orders:read"})

        response = await deputy.patch(f"/roles/{empty}", json={"name": "finance"})

        ensure_refused(response, ["orders:read"])


class TestDeleteRole:
    async def test_of_an_empty_role_takes_all_permissions(self, chief: Person, empty: int) -> None:
        ensure_refused(await chief.delete(f"/roles/{empty}"), LACKED)


class TestSetUserRoles:
    async def test_gives_an_empty_role_neither_before_nor_after_filling_it(
        self, chief: Person, empty: int
    ) -> None:
        await chief.patch(f"/roles/{empty}", json={"permissions": ["roles:read"]})

        assert await set_roles(chief, chief, "chief", "finance") == 403
        assert await roles_of(chief, chief) == ["chief"]


@pytest.mark.usefixtures("empty")
class TestChangesOfUsers:
    @pytest.mark.parametrize("change", [{"email": "mine@example.com"}, {"username": "x-1"}])
    async def test_take_all_permissions_if_the_user_has_an_empty_role(
        self, admin: Person, ada: Person, change: dict[str, str]
    ) -> None:
        helper = await appoint(admin, "helper", "users:read", "users:write")
        await set_roles(admin, ada, "finance")

        response = await helper.patch(f"/users/{ada.id}", json=change)

        ensure_refused(response, sorted(set(EVERYTHING) - {"users:read", "users:write"}))
        assert (await admin.patch(f"/users/{ada.id}", json=change)).status_code == 200

    async def test_are_free_if_the_user_has_no_role(self, admin: Person) -> None:
        helper = await appoint(admin, "helper", "users:read", "users:write")
        eve = await register(admin.client, "eve")

        response = await helper.patch(f"/users/{eve.id}", json={"email": "e@example.com"})

        assert response.status_code == 200
