import pytest
from httpx import AsyncClient

from tests.recovery.post import Received, post
from tests.recovery.verification.proofs import MOVED, OFF, is_verified, prove
from tests.support.people import Person
from uservault.wiring.ports import Resources


class TestChangeOfAddress:
    async def test_is_in_force_at_once_and_unverified(
        self, ada: Person, welcome: Received, anyone: AsyncClient, resources: Resources
    ) -> None:
        await prove(anyone, token=welcome.token)

        response = await ada.put(f"/users/{ada.id}", json=MOVED)
        mails = {each.to: each for each in await post(resources)}

        assert response.json()["email"] == "countess@example.com"
        assert not is_verified(response)
        assert "ada" in mails["ada@example.com"].text  # the old address is told
        proof = mails["countess@example.com"]
        assert (await prove(anyone, token=proof.token)).status_code == 200
        assert is_verified(await ada.get("/me"))

    async def test_makes_earlier_letters_void(
        self, ada: Person, welcome: Received, anyone: AsyncClient
    ) -> None:
        await ada.put(f"/users/{ada.id}", json=MOVED)

        assert (await prove(anyone, token=welcome.token)).status_code == 403
        assert (await ada.get("/me")).json()["email"] == "countess@example.com"

    @OFF
    async def test_asks_for_no_proof_where_nobody_wants_it(
        self, admin: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        response = await admin.put("/users/1", json=MOVED)

        assert response.json()["email"] == "countess@example.com"
        assert [each.to for each in await post(resources)] == ["root@example.com"]

    async def test_sends_nothing_if_the_address_stays(
        self, ada: Person, resources: Resources
    ) -> None:
        await ada.put(f"/users/{ada.id}", json={"username": "lovelace", "email": "ada@example.com"})

        assert await post(resources) == []

    @pytest.mark.promise("B7")
    async def test_is_throttled_for_an_address(self, ada: Person) -> None:
        statuses = [
            (await ada.put(f"/users/{ada.id}", json=data)).status_code
            for data in [MOVED, {"email": "ada@example.com"}] * 6
        ]

        assert statuses[:10] == [200] * 10
        assert 429 in statuses[10:]

    async def test_honours_if_match(self, ada: Person, resources: Resources) -> None:
        response = await ada.put(f"/users/{ada.id}", json=MOVED, headers={"If-Match": '"9"'})

        assert response.status_code == 412
        assert await post(resources) == []
