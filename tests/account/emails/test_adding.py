"""Further addresses of a user: added, verified, listed."""

import asyncio

import pytest
from httpx import AsyncClient

from tests.account.emails.having import PATH, WORK, add, addresses, code, have, login_status, verify
from tests.recovery.post import mail, post
from tests.support.fakes import FakeClock
from tests.support.history import history
from tests.support.people import Person, register, registration
from uservault.wiring.ports import Resources

OLD, NEW = (True, True, False), (False, False, True)


class TestAddMyEmail:
    @pytest.mark.parametrize("mode", ["off", "optional", "required"], indirect=True)
    async def test_sends_a_link_to_the_new_address_that_verifies_it(
        self, ada: Person, resources: Resources, mode: str
    ) -> None:
        sent = await add(ada, resources)
        before, could_log_in = await addresses(ada), await login_status(ada, WORK)
        verified = await verify(ada, sent.token)

        assert sent.to == WORK.lower().replace("ada", "Ada")
        assert "ada" not in sent.text.replace("Ada", "")  # no name that a stranger may have chosen
        assert before == {"ada@example.com": (mode != "off", True, False), sent.to: NEW}
        assert could_log_in == 401
        assert verified.status_code == 200
        assert (await addresses(ada))[sent.to] == (True, False, False)
        assert await login_status(ada, "ADA@work.EXAMPLE.com") == 200
        assert (await ada.get("/me")).json()["email"] == "ada@example.com"

    async def test_sends_a_code_that_verifies_it(self, ada: Person, resources: Resources) -> None:
        sent = await add(ada, resources)

        response = await ada.post("/account/verify-email", json={"code": sent.code})

        assert response.status_code == 200
        assert await login_status(ada, WORK) == 200

    async def test_tells_the_primary_address_and_records_it(
        self, ada: Person, resources: Resources
    ) -> None:
        await verify(ada, (await add(ada, resources)).token)

        told = await mail(resources)
        assert told.to == "ada@example.com"
        assert "added" in told.text
        recorded = await history(resources, "type", "subject_id", "data")
        assert ("email.added", ada.id, {}) in recorded
        assert recorded[-1] == ("email.verified", ada.id, {"before": None, "after": None})

    @pytest.mark.promise("I1")
    async def test_wants_a_fresh_proof_as_all_changes_do(
        self, ada: Person, clock: FakeClock
    ) -> None:
        clock.advance(minutes=16)
        refreshed = await ada.client.post("/refresh", json={"refresh_token": ada.refresh_token})
        ada.token = refreshed.json()["access_token"]

        answers = [
            await ada.post("/me/emails", json={"email": WORK}),
            await ada.patch(PATH, json={"primary": True}),
            await ada.delete(PATH),
        ]

        assert [code(each) for each in answers] == [(403, "fresh-login-required")] * 3
        assert (await ada.get("/me/emails")).status_code == 200

    @pytest.mark.parametrize("email", ["ADA@example.com", "ada@WORK.example.com"])
    async def test_refuses_what_is_theirs_already(
        self, ada: Person, resources: Resources, email: str
    ) -> None:
        await add(ada, resources)

        response = await ada.post("/me/emails", json={"email": email})

        assert code(response) == (409, "email-already-yours")

    async def test_refuses_what_is_another_user_s(self, ada: Person, resources: Resources) -> None:
        response = await ada.post("/me/emails", json={"email": "Root@example.com"})

        assert code(response) == (409, "email-taken")
        assert await post(resources) == []

    async def test_refuses_the_eleventh(self, ada: Person) -> None:
        bodies = [{"email": f"ada{n}@example.com"} for n in range(12)]
        answers = await asyncio.gather(*(ada.post("/me/emails", json=body) for body in bodies))

        assert sorted(each.status_code for each in answers) == [202] * 9 + [409] * 3
        assert len(await addresses(ada)) == 10

    @pytest.mark.promise("B7", "I5")
    async def test_is_throttled_for_an_address(self, ada: Person) -> None:
        statuses = []
        for _ in range(8):
            statuses.append((await ada.post("/me/emails", json={"email": WORK})).status_code)
            await ada.delete(PATH)

        assert statuses[0] == 202
        assert statuses[-1] == 429


class TestUnverified:
    async def test_keeps_nobody_from_the_address(
        self, ada: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        proof = await add(ada, resources)
        registered = await anyone.post("/users", json=registration("eve") | {"email": WORK})

        response = await verify(ada, proof.token)

        assert registered.status_code == 201
        assert code(response) == (409, "email-taken")
        assert (await addresses(ada))[proof.to] == NEW
        assert await login_status(ada, WORK) == 200  # Eve's, with the same password
        assert (await ada.get("/me")).json()["username"] == "ada"

    @pytest.mark.promise("H2")
    async def test_is_whose_who_verifies_it_first(
        self, ada: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        people = [ada, *[await register(anyone, f"user{n}") for n in range(4)]]
        await post(resources)
        proofs = [await add(each, resources) for each in people]

        answers = await asyncio.gather(*(verify(ada, each.token) for each in proofs))

        assert sorted(each.status_code for each in answers) == [200, 409, 409, 409, 409]
        owned = [(await addresses(each))[proofs[0].to][0] for each in people]
        assert owned.count(True) == 1


class TestVerified:
    async def test_is_nobody_else_s(self, ada: Person, admin: Person, resources: Resources) -> None:
        await have(ada, resources)

        answers = [
            await admin.client.post("/users", json=registration("eve") | {"email": WORK.upper()}),
            await admin.patch("/me", json={"email": WORK}),
            await admin.post("/me/emails", json={"email": WORK}),
        ]

        assert [code(each) for each in answers] == [(409, "email-taken")] * 3

    async def test_is_exported_and_goes_with_its_user(
        self, ada: Person, admin: Person, resources: Resources
    ) -> None:
        await have(ada, resources)
        exported = (await ada.get("/me/export")).json()["emails"]
        await ada.delete("/me")

        again = await admin.client.post("/users", json=registration("eve") | {"email": WORK})

        assert [each["address"] for each in exported] == ["ada@example.com", "Ada@work.example.com"]
        assert again.status_code == 201


class TestListMyEmails:
    @pytest.mark.parametrize("mode", ["required"], indirect=True)
    async def test_has_the_address_that_may_replace_the_primary_one(self, ada: Person) -> None:
        await ada.patch("/me", json={"email": "countess@example.com"})

        assert await addresses(ada) == {"ada@example.com": OLD, "countess@example.com": NEW}

        assert (await ada.delete("/me/emails/countess@example.com")).status_code == 200
        assert await addresses(ada) == {"ada@example.com": OLD}
