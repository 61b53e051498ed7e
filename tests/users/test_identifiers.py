"""Names and addresses: whose they are, and who is found by them."""

import pytest
from httpx import AsyncClient
from sqlalchemy import select

from tests.support.people import PASSWORD, Person, registration
from uservault.users.identifiers import Identifier
from uservault.wiring.ports import Resources


async def login(anyone: AsyncClient, name: str) -> int:
    return (await anyone.post("/login", json={"username": name, "password": PASSWORD})).status_code


async def identifiers(resources: Resources, user_id: int) -> set[tuple[str, str]]:
    found = select(Identifier.kind, Identifier.key).where(Identifier.user_id == user_id)
    return {(row.kind, row.key) for row in await resources.database.rows(found)}


class TestRename:
    @pytest.mark.promise("E3")
    async def test_lets_the_old_name_go_and_takes_the_new(
        self, ada: Person, anyone: AsyncClient
    ) -> None:
        await ada.patch("/me", json={"username": "Lovelace", "email": "l@example.com"})

        assert await login(anyone, "lovelace") == 200
        assert await login(anyone, "L@example.com") == 200
        assert await login(anyone, "ada") == 401
        assert await login(anyone, "ada@example.com") == 401
        assert (await anyone.post("/users", json=registration("ada"))).status_code == 201

    async def test_of_the_case_alone_keeps_it(
        self, ada: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        before = await identifiers(resources, ada.id)

        response = await ada.patch("/me", json={"username": "ADA", "email": "Ada@example.com"})

        assert response.status_code == 200
        assert await identifiers(resources, ada.id) == before
        assert await login(anyone, "ada") == 200

    @pytest.mark.promise("H2")
    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"username": "ROOT", "email": "new@example.com"}, "username-taken"),
            ({"username": "new", "email": "ROOT@example.com"}, "email-taken"),
            ({"username": "Root", "email": "Root@example.com"}, "username-taken"),
        ],
    )
    async def test_refused_changes_nothing(
        self, ada: Person, resources: Resources, change: dict[str, str], code: str
    ) -> None:
        before = await identifiers(resources, ada.id)

        response = await ada.patch("/me", json=change)

        assert (response.status_code, response.json()["code"]) == (409, code)
        assert await identifiers(resources, ada.id) == before
        assert (await ada.get("/me")).json()["username"] == "ada"


class TestPurge:
    async def test_lets_name_and_address_go(
        self, ada: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        await ada.delete("/me")

        assert await identifiers(resources, ada.id) == set()
        assert (await anyone.post("/users", json=registration("ADA"))).status_code == 201
