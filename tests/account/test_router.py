import asyncio
from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import select

from tests.support.fakes import FakeClock, FakeHasher
from tests.support.history import history
from tests.support.people import PASSWORD, Person, register, registration
from uservault.passwords.models import Password
from uservault.wiring.ports import Resources


class TestCreateUser:
    @pytest.mark.promise("D4")
    async def test_answers_with_the_user_and_records_it(
        self, anyone: AsyncClient, resources: Resources
    ) -> None:
        response = await anyone.post("/users", json=registration("ada"))

        assert response.status_code == 201
        assert response.json()["id"] == 1
        assert response.headers["Location"] == "/api/users/1"
        assert response.headers["ETag"] == '"1"'
        assert "password" not in response.text
        events = await history(resources, "type", "actor_id", "subject_id")
        assert events == [("user.created", None, 1), ("role.granted", None, 1)]

    async def test_keeps_a_hash_of_the_password(self, ada: Person, resources: Resources) -> None:
        rows = await resources.database.rows(select(Password.hash))

        assert {row[0] for row in rows} == {f"hash of {PASSWORD}"}

    @pytest.mark.promise("D7")
    async def test_makes_the_first_one_administrator_and_no_other(
        self, admin: Person, ada: Person
    ) -> None:
        assert (await admin.get("/users")).status_code == 200
        assert (await ada.get("/users")).status_code == 403

    @pytest.mark.promise("D7")
    async def test_makes_one_of_many_at_once_administrator(
        self, anyone: AsyncClient, resources: Resources
    ) -> None:
        await asyncio.gather(*(register(anyone, f"user{n}") for n in range(10)))

        assert (await history(resources)).count("role.granted") == 1

    async def test_makes_the_next_one_administrator_once_there_is_none(
        self, admin: Person, anyone: AsyncClient
    ) -> None:
        await admin.delete(f"/users/{admin.id}")

        heir = await register(anyone, "heir")

        assert (await heir.get("/users")).status_code == 200

    @pytest.mark.promise("E2", "E3")
    @pytest.mark.parametrize(
        ("taken", "code"),
        [({"username": "ADA"}, "username-taken"), ({"email": "Ada@EXAMPLE.com"}, "email-taken")],
    )
    async def test_refuses_what_is_taken_in_another_case(
        self, ada: Person, anyone: AsyncClient, taken: dict[str, str], code: str
    ) -> None:
        response = await anyone.post("/users", json=registration("eve") | taken)

        assert response.status_code == 409
        assert response.json()["code"] == code

    @pytest.mark.promise("H2")
    async def test_lets_one_of_many_at_once_have_the_name(
        self, anyone: AsyncClient, resources: Resources
    ) -> None:
        tries = [anyone.post("/users", json=registration("ada")) for _ in range(50)]

        statuses = [response.status_code for response in await asyncio.gather(*tries)]

        assert sorted(statuses) == [201] + [409] * 49
        assert (await history(resources)).count("user.created") == 1

    @pytest.mark.promise("H11")
    async def test_holds_no_connection_while_hashing(
        self, ada: Person, resources: Resources
    ) -> None:
        assert isinstance(resources.hasher, FakeHasher)
        assert resources.hasher.verified  # ada has registered and logged in
        assert resources.hasher.held == 0

    @pytest.mark.promise("D3", "E1", "G1")
    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"username": True}, "username"),
            ({"username": "a b"}, "username"),
            ({"username": "a"}, "username"),
            ({"username": "x" * 65}, "username"),
            ({"username": "аda"}, "username"),  # Cyrillic
            ({"email": "x"}, "email"),
            ({"email": "ada@localhost"}, "email"),
            ({"password": "short"}, "password"),
            ({"password": "a\0bcdef"}, "password"),
            ({"password": "x" * 257}, "password"),
            ({"password": None}, "password"),
            ({"id": 7}, "id"),
            ({"is_admin": True}, "is_admin"),
        ],
        ids=str,
    )
    async def test_says_which_field_is_wrong_and_never_repeats_it(
        self, anyone: AsyncClient, wrong: dict[str, Any], field: str
    ) -> None:
        response = await anyone.post("/users", json=registration("ada") | wrong)

        assert response.status_code == 422
        assert [fault["pointer"] for fault in response.json()["errors"]] == [f"/body/{field}"]
        assert '"input"' not in response.text
        assert "horse" not in response.text

    @pytest.mark.promise("B7")
    async def test_refuses_one_client_that_makes_too_many(
        self, anyone: AsyncClient, clock: FakeClock
    ) -> None:
        made = [await anyone.post("/users", json=registration(f"u{n}0")) for n in range(100)]

        refused = await anyone.post("/users", json=registration("onemore"))
        clock.advance(seconds=int(refused.headers["Retry-After"]))
        later = await anyone.post("/users", json=registration("onemore"))

        assert {response.status_code for response in made} == {201}
        assert refused.status_code == 429
        assert refused.json()["code"] == "too-many-tries"
        assert later.status_code == 201
