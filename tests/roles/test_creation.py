import asyncio
from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import select

from tests.roles.granting import SUPPORT
from tests.support.history import history
from tests.support.people import Person
from uservault.roles.models import Role
from uservault.wiring.ports import Resources


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

    @pytest.mark.promise("H2")
    async def test_lets_one_of_many_at_once_have_the_name(self, admin: Person) -> None:
        tries = [admin.post("/roles", json=SUPPORT) for _ in range(20)]

        statuses = [response.status_code for response in await asyncio.gather(*tries)]

        assert sorted(statuses) == [201] + [409] * 19

    @pytest.mark.promise("E2", "E7")
    @pytest.mark.parametrize("name", [r'"Admin"', r'"admin "', r'"admin\u0000"', r'"\ud800"'])
    async def test_knows_one_spelling_of_a_name(
        self, admin: Person, name: str, resources: Resources
    ) -> None:
        headers = {"Content-Type": "application/json"}

        response = await admin.post("/roles", content=f'{{"name": {name}}}', headers=headers)

        assert response.status_code == 422
        assert response.json()["errors"][0]["pointer"] == "/body/name"
        assert await role_names(resources) == ["admin"]

    @pytest.mark.promise("D3", "E1", "E7")
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
        response = await admin.post("/roles", json={"name": "support"} | wrong)

        assert response.status_code == 422
        assert response.json()["errors"][0]["pointer"] == f"/body/{pointer}"

    async def test_names_one_fault_of_very_many(self, admin: Person) -> None:
        role = {"name": "support", "permissions": ["nonsense"] * 5000}

        response = await admin.post("/roles", json=role)

        assert len(response.json()["errors"]) == 1

    async def test_keeps_a_description_in_any_script(self, admin: Person) -> None:
        response = await admin.post("/roles", json={"name": "x-1", "description": "🦊" * 500})

        assert response.json()["description"] == "🦊" * 500

    @pytest.mark.promise("D3")
    async def test_takes_only_permissions_that_its_maker_holds(
        self, chief: Person, resources: Resources
    ) -> None:
        role = {"name": "more", "permissions": ["users:read", "users:delete", "audit:read"]}

        response = await chief.post("/roles", json=role)

        assert response.status_code == 403
        assert response.json()["code"] == "forbidden"
        assert response.json()["missing"] == ["audit:read", "users:delete"]
        assert await role_names(resources) == ["admin", "chief"]

    async def test_lets_those_hand_on_what_they_hold(self, chief: Person) -> None:
        role = {"name": "less", "permissions": ["users:read"]}

        assert (await chief.post("/roles", json=role)).status_code == 201

    @pytest.mark.promise("D1")
    async def test_is_not_for_everybody(self, ada: Person, anyone: AsyncClient) -> None:
        response = await ada.post("/roles", json={"nonsense": 1})

        assert response.status_code == 403
        assert response.json()["missing"] == ["roles:write"]
        assert (await anyone.post("/roles", json=SUPPORT)).status_code == 401
