"""Registering the permissions of applications."""

import asyncio

import pytest
from httpx import AsyncClient

from tests.support.history import history
from tests.support.people import Person, appoint
from uservault.access.principal import Permission
from uservault.kit.permission_names import MAX_TOTAL, RESERVED, is_application_name
from uservault.wiring.ports import Resources

READ = {"name": "orders:read", "description": "See all orders."}


async def registered(person: Person) -> list[str]:
    answer = await person.get("/permissions")
    return [each["name"] for each in answer.json() if each["source"] != "uservault"]


@pytest.fixture
async def chief(admin: Person) -> Person:
    """Somebody who may change roles, but may not do everything."""
    return await appoint(admin, "chief", "roles:write", "roles:read")


@pytest.mark.promise("I3")
class TestCreatePermission:
    async def test_registers_it_and_records_it(self, admin: Person, resources: Resources) -> None:
        response = await admin.post("/permissions", json=READ)

        assert response.status_code == 201
        assert response.json() == READ | {"source": "api"}
        assert (await history(resources, "type", "actor_id", "data"))[-1] == (
            "permission.registered",
            admin.id,
            {"permission": "orders:read"},
        )

    async def test_wants_no_more_than_a_name(self, admin: Person) -> None:
        response = await admin.post("/permissions", json={"name": "orders:read"})

        assert response.json()["description"] == ""

    @pytest.mark.promise("H2")
    async def test_lets_one_of_many_at_once_have_the_name(self, admin: Person) -> None:
        tries = [admin.post("/permissions", json=READ) for _ in range(10)]

        answers = await asyncio.gather(*tries)

        assert sorted(answer.status_code for answer in answers) == [201] + [409] * 9
        assert {answer.json().get("code") for answer in answers} == {None, "permission-taken"}
        assert await registered(admin) == ["orders:read"]

    @pytest.mark.promise("E2", "E7")
    @pytest.mark.parametrize(
        "name",
        ["orders", "orders:", ":read", "orders:read:all", "Orders:read", "orders:read\\n", "*",
         "orders:*", "o:read", "orders:r", "1orders:read", "orders:re ad", "\\u043erders:read",
         "orders:read\\u0000", f"{'x' * 33}:read", f"orders:{'x' * 33}", f"{'x' * 32}:{'x' * 32}",
         "users:read", "users:fly", "uservault:read", "api_keys:read", "api-keys:read",
         "webhooks:read"],
    )  # fmt: skip
    async def test_refuses_other_names_and_our_own(self, admin: Person, name: str) -> None:
        headers = {"Content-Type": "application/json"}

        response = await admin.post(
            "/permissions", content=f'{{"name": "{name}"}}', headers=headers
        )

        assert response.status_code == 422
        assert response.json()["errors"][0]["pointer"] == "/body/name"
        assert await registered(admin) == []

    async def test_ends_where_tokens_have_no_more_room(self, admin: Person) -> None:
        statuses = []
        for n in range(30):
            name = f"{f'x{n}'.ljust(31, 'x')}:{'y' * 32}"
            statuses.append((await admin.post("/permissions", json={"name": name})).status_code)

        again = await admin.post("/permissions", json={"name": f"{'z' * 31}:{'y' * 32}"})

        room = MAX_TOTAL // 67
        assert statuses == [201] * room + [409] * (30 - room)
        assert again.json()["code"] == "too-many-permissions"

    @pytest.mark.promise("D1")
    async def test_is_not_for_everybody(self, ada: Person, anyone: AsyncClient) -> None:
        response = await ada.post("/permissions", json={"nonsense": 1})

        assert response.status_code == 403
        assert response.json()["missing"] == ["roles:write"]
        assert (await anyone.post("/permissions", json=READ)).status_code == 401


@pytest.mark.promise("I3")
class TestListPermissions:
    async def test_shows_ours_and_those_of_applications(self, admin: Person) -> None:
        await admin.post("/permissions", json={"name": "orders:write"})
        await admin.post("/permissions", json=READ)

        response = await admin.get("/permissions")

        every = response.json()
        ours = [each for each in every if each["source"] == "uservault"]
        assert [each["name"] for each in ours] == list(Permission)
        assert all(each["description"] for each in ours)
        assert every[len(ours) :] == [
            READ | {"source": "api"},
            {"name": "orders:write", "description": "", "source": "api"},
        ]

    @pytest.mark.promise("D1")
    async def test_is_for_those_who_may_read_roles(self, chief: Person, ada: Person) -> None:
        assert (await chief.get("/permissions")).status_code == 200
        assert (await ada.get("/permissions")).json()["missing"] == ["roles:read"]


@pytest.mark.promise("I3")
class TestDeletePermission:
    async def test_takes_it_away_and_records_it(self, admin: Person, resources: Resources) -> None:
        await admin.post("/permissions", json=READ)

        response = await admin.delete("/permissions/orders:read")

        assert response.status_code == 200
        assert await registered(admin) == []
        last = (await history(resources, "type", "data"))[-1]
        assert last == ("permission.deleted", {"permission": "orders:read"})

    async def test_is_refused_while_a_role_holds_it(self, admin: Person) -> None:
        for name in ("orders:read", "orders:read.all"):
            await admin.post("/permissions", json={"name": name})
        seller = {"name": "seller", "permissions": ["orders:read.all", "users:read"]}
        role = (await admin.post("/roles", json=seller)).json()["id"]

        held = await admin.delete("/permissions/orders:read.all")
        other = await admin.delete("/permissions/orders:read")
        await admin.patch(f"/roles/{role}", json={"permissions": ["users:read"]})
        free = await admin.delete("/permissions/orders:read.all")

        assert (held.status_code, held.json()["code"]) == (409, "permission-in-use")
        assert held.json()["roles"] == ["seller"]
        assert (other.status_code, free.status_code) == (200, 200)

    @pytest.mark.promise("H2")
    async def test_leaves_no_role_with_what_is_gone(self, admin: Person) -> None:
        for n in range(8):
            await admin.post("/permissions", json=READ)
            seller = {"name": f"seller{n}", "permissions": ["orders:read"]}

            created, deleted = await asyncio.gather(
                admin.post("/roles", json=seller), admin.delete("/permissions/orders:read")
            )

            assert (created.status_code, deleted.status_code) in {(201, 409), (422, 200)}
            if created.status_code == 201:
                await admin.delete(f"/roles/{created.json()['id']}")

    @pytest.mark.parametrize("name", ["orders:read", "users:read", "admin:x1"])
    async def test_knows_only_those_of_applications(self, admin: Person, name: str) -> None:
        response = await admin.delete(f"/permissions/{name}")

        assert (response.status_code, response.json()["code"]) == (404, "permission-not-found")

    @pytest.mark.promise("D2")
    @pytest.mark.parametrize("name", ["*", "%00", "orders", "orders:read%20", "ORDERS:READ"])
    async def test_knows_one_spelling(self, admin: Person, name: str) -> None:
        await admin.post("/permissions", json=READ)

        assert (await admin.delete(f"/permissions/{name}")).status_code == 422
        assert await registered(admin) == ["orders:read"]

    @pytest.mark.promise("D1")
    async def test_is_not_for_everybody(self, ada: Person) -> None:
        assert (await ada.delete("/permissions/orders:read")).status_code == 403


@pytest.mark.promise("I3")
def test_what_begins_like_ours_is_reserved() -> None:
    assert {permission.partition(":")[0] for permission in Permission} <= RESERVED
    assert not any(map(is_application_name, Permission))
