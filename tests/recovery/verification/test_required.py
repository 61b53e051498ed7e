import pytest
from httpx import AsyncClient

from tests.recovery.post import Received, mail, post
from tests.recovery.verification.proofs import MOVED, is_verified, prove
from tests.support.history import history
from tests.support.people import PASSWORD, Person, registration
from uservault.wiring.ports import Resources

REQUIRED = pytest.mark.parametrize("mode", ["required"], indirect=True)


@REQUIRED
class TestWhereProofIsRequired:
    @pytest.mark.promise("B1")
    async def test_nobody_logs_in_unverified(self, welcome: Received, anyone: AsyncClient) -> None:
        right = {"username": "ada", "password": PASSWORD}

        before = await anyone.post("/login", json=right)
        guess = await anyone.post("/login", json=right | {"password": "a guess"})
        await prove(anyone, token=welcome.token)
        after = await anyone.post("/login", json=right)

        assert before.status_code == 403
        assert before.json()["code"] == "email-unverified"
        assert guess.status_code == 401
        assert guess.json()["code"] == "login-refused"
        assert after.status_code == 200

    async def test_the_first_administrator_logs_in(self, admin: Person) -> None:
        assert await admin.status() == 200

    async def test_a_new_address_waits_for_its_proof(
        self, ada: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        response = await ada.put(f"/users/{ada.id}", json=MOVED | {"username": "lovelace"})
        proposal = await mail(resources)

        assert response.json()["email"] == "ada@example.com"
        assert response.json()["username"] == "lovelace"
        assert is_verified(response)
        assert proposal.to == "countess@example.com"

        proved = await prove(anyone, token=proposal.token)
        told = await mail(resources)

        assert proved.status_code == 200
        user = await ada.get("/me")
        assert user.json()["email"] == "countess@example.com"
        assert is_verified(user)
        assert told.to == "ada@example.com"
        assert (await history(resources)).count("email.verified") == 2

    async def test_its_code_is_as_good(self, ada: Person, resources: Resources) -> None:
        await ada.put(f"/users/{ada.id}", json=MOVED)
        proposal = await mail(resources)

        response = await ada.post("/account/verify-email", json={"code": proposal.code})

        assert response.status_code == 200
        assert (await ada.get("/me")).json()["email"] == "countess@example.com"

    async def test_the_last_proposal_counts(
        self, ada: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        await ada.put(f"/users/{ada.id}", json=MOVED)
        first = await mail(resources)
        await ada.put(f"/users/{ada.id}", json={"email": "other@example.com"})
        second = await mail(resources)

        assert (await prove(anyone, token=first.token)).status_code == 403
        assert (await prove(anyone, token=second.token)).status_code == 200
        assert (await ada.get("/me")).json()["email"] == "other@example.com"

    async def test_an_address_that_is_taken_is_refused_at_once(
        self, ada: Person, resources: Resources
    ) -> None:
        response = await ada.put(f"/users/{ada.id}", json={"email": "Root@example.com"})

        assert response.status_code == 409
        assert await post(resources) == []

    async def test_an_address_that_was_taken_meanwhile_is_refused_then(
        self, ada: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        await ada.put(f"/users/{ada.id}", json=MOVED)
        proposal = await mail(resources)
        await anyone.post("/users", json=registration("eve") | MOVED)

        response = await prove(anyone, token=proposal.token)

        assert response.status_code == 409
        assert response.json()["code"] == "email-taken"
        assert (await ada.get("/me")).json()["email"] == "ada@example.com"
