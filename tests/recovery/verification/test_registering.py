import pytest
from httpx import AsyncClient
from sqlalchemy import select

from tests.recovery.post import Received, post
from tests.recovery.verification.proofs import OFF, is_verified
from tests.support.history import history
from tests.support.people import Person, registration
from uservault.kit.crypto import digest
from uservault.one_time_tokens.models import OneTimeToken
from uservault.wiring.ports import Resources


class TestRegistering:
    @pytest.mark.promise("B8")
    async def test_sends_a_letter_in_the_language_of_the_user(self, welcome: Received) -> None:
        assert welcome.to == "ada@example.com"
        assert "https://id.example.com/verify#token=" in welcome.text
        assert "Willkommen" in welcome.text

    @pytest.mark.promise("B8", "G1")
    async def test_keeps_neither_the_token_nor_the_code(
        self, welcome: Received, resources: Resources
    ) -> None:
        rows = await resources.database.rows(
            select(OneTimeToken.token_hash, OneTimeToken.code_hash)
        )

        assert [row.token_hash for row in rows] == [digest(welcome.token)]
        assert rows[0].code_hash != digest(welcome.code)
        assert welcome.token not in str(await history(resources, "data"))

    async def test_asks_nothing_of_the_first_administrator(
        self, admin: Person, resources: Resources
    ) -> None:
        assert is_verified(await admin.get("/me"))
        assert await post(resources) == []

    @OFF
    async def test_asks_nobody_unless_set(
        self, admin: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        created = await anyone.post("/users", json=registration("ada"))

        assert not is_verified(created)
        assert await post(resources) == []

    async def test_sends_nothing_when_it_fails(
        self, welcome: Received, anyone: AsyncClient, resources: Resources
    ) -> None:
        refused = await anyone.post("/users", json=registration("ada"))

        assert refused.status_code == 409
        assert await post(resources) == []


class TestLocale:
    async def test_is_kept_changed_and_taken_away(self, ada: Person) -> None:
        first = (await ada.get("/me")).json()["locale"]
        second = (await ada.ask("PATCH", "/me", json={"locale": "sw"})).json()["locale"]
        kept = (await ada.ask("PATCH", "/me", json={"username": "lovelace"})).json()["locale"]
        third = (await ada.ask("PATCH", "/me", json={"locale": None})).json()["locale"]

        assert [first, second, kept, third] == ["de-AT", "sw", "sw", None]

    @pytest.mark.parametrize("locale", ["", "d", "de_", "de-", "x" * 36, 1], ids=repr)
    async def test_is_a_language_tag(self, ada: Person, locale: object) -> None:
        response = await ada.ask("PATCH", "/me", json={"locale": locale})

        assert response.status_code == 422
