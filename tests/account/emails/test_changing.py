"""Further addresses of a user: made primary, removed, used."""

import pytest

from tests.account.emails.having import PATH, WORK, add, addresses, code, have, login_status, verify
from tests.recovery.post import mail, post
from tests.support.history import history
from tests.support.people import PASSWORD, Person, registration
from uservault.wiring.ports import Resources

STORED = "Ada@work.example.com"
PRIMARY, FURTHER, PENDING = (True, True, False), (True, False, False), (False, False, True)
REQUIRED = pytest.mark.parametrize("mode", ["required"], indirect=True)


async def forget(person: Person, email: str) -> None:
    await person.client.post("/account/forgot-password", json={"email": email})


async def reset(person: Person, token: str, password: str) -> int:
    body = {"token": token, "new_password": password}
    return (await person.client.post("/account/reset-password", json=body)).status_code


class TestPatchMyEmail:
    @pytest.mark.parametrize("mode", ["optional", "required"], indirect=True)
    async def test_swaps_it_with_the_primary_one_and_tells_the_old(
        self, ada: Person, resources: Resources, mode: str
    ) -> None:
        await have(ada, resources)

        response = await ada.patch(PATH, json={"primary": True})

        assert response.status_code == 200
        user = (await ada.get("/me")).json()
        assert (user["email"], user["email_verified"]) == (STORED, True)
        assert await addresses(ada) == {STORED: PRIMARY, "ada@example.com": FURTHER}
        assert (await mail(resources)).to == "ada@example.com"
        assert await login_status(ada, "ada@example.com") == 200
        assert await login_status(ada, WORK) == 200
        assert (await history(resources)).count("email.primary_changed") == 1

    async def test_swaps_them_back(self, ada: Person, resources: Resources) -> None:
        await have(ada, resources)
        await ada.patch(PATH, json={"primary": True})

        response = await ada.patch("/me/emails/ADA@example.com", json={"primary": True})

        assert response.status_code == 200
        assert await addresses(ada) == {"ada@example.com": PRIMARY, STORED: FURTHER}

    @pytest.mark.promise("I4")
    async def test_makes_earlier_tokens_void(self, ada: Person, resources: Resources) -> None:
        await have(ada, resources)
        await forget(ada, "ada@example.com")
        token = (await mail(resources)).token

        await ada.patch(PATH, json={"primary": True})

        assert await reset(ada, token, "another horse") == 403

    @REQUIRED
    async def test_wants_it_verified_where_that_is_required(
        self, ada: Person, resources: Resources
    ) -> None:
        await add(ada, resources)

        response = await ada.patch(PATH, json={"primary": True})

        assert code(response) == (403, "email-unverified")
        assert (await addresses(ada))["ada@example.com"] == PRIMARY

    async def test_takes_an_unverified_one_elsewhere_and_asks_for_its_proof(
        self, ada: Person, resources: Resources
    ) -> None:
        await add(ada, resources)

        await ada.patch(PATH, json={"primary": True})

        assert await addresses(ada) == {STORED: (False, True, False), "ada@example.com": FURTHER}
        (proof,) = [each for each in await post(resources) if each.to == STORED]
        assert (await verify(ada, proof.token)).status_code == 200
        assert (await addresses(ada))[STORED] == PRIMARY

    async def test_refuses_an_unverified_one_that_is_taken(
        self, ada: Person, resources: Resources
    ) -> None:
        await add(ada, resources)
        await ada.client.post("/users", json=registration("eve") | {"email": WORK})

        response = await ada.patch(PATH, json={"primary": True})

        assert code(response) == (409, "email-taken")
        assert await addresses(ada) == {"ada@example.com": PRIMARY, STORED: PENDING}

    async def test_of_the_primary_one_changes_nothing(
        self, ada: Person, resources: Resources
    ) -> None:
        response = await ada.patch("/me/emails/ada@example.com", json={"primary": True})

        assert response.status_code == 200
        assert await post(resources) == []

    @pytest.mark.parametrize(
        ("address", "body", "status"),
        [
            ("ada@elsewhere.example.com", {"primary": True}, 404),
            ("root@example.com", {"primary": True}, 404),
            ("ada@example.com", {"primary": False}, 422),
            ("no-address", {"primary": True}, 422),
        ],
    )
    async def test_refuses_the_rest(
        self, ada: Person, address: str, body: dict[str, bool], status: int
    ) -> None:
        response = await ada.patch(f"/me/emails/{address}", json=body)

        assert response.status_code == status


class TestPatchMe:
    @pytest.mark.parametrize("mode", ["off", "optional"], indirect=True)
    async def test_to_a_further_address_keeps_it_verified(
        self, ada: Person, resources: Resources, mode: str
    ) -> None:
        await have(ada, resources)

        response = await ada.patch("/me", json={"email": WORK})

        assert response.status_code == 200
        assert await addresses(ada) == {STORED: PRIMARY}
        assert await login_status(ada, WORK) == 200
        assert await login_status(ada, "ada@example.com") == 401

    @REQUIRED
    async def test_to_a_further_address_waits_for_its_proof(
        self, ada: Person, resources: Resources
    ) -> None:
        await have(ada, resources)

        await ada.patch("/me", json={"email": WORK})
        await verify(ada, (await mail(resources)).token)

        assert await addresses(ada) == {STORED: PRIMARY}
        assert await login_status(ada, WORK) == 200


class TestRemoveMyEmail:
    async def test_lets_the_address_go(self, ada: Person, resources: Resources) -> None:
        await have(ada, resources)

        response = await ada.delete("/me/emails/ADA@work.example.com")

        assert response.status_code == 200
        assert await addresses(ada) == {"ada@example.com": PRIMARY}
        assert await login_status(ada, WORK) == 401
        assert (await history(resources)).count("email.removed") == 1
        taken = await ada.client.post("/users", json=registration("eve") | {"email": WORK})
        assert taken.status_code == 201

    @pytest.mark.promise("I4")
    async def test_makes_void_what_was_sent_there(self, ada: Person, resources: Resources) -> None:
        proof = await add(ada, resources)
        await ada.delete(PATH)
        unverified = await verify(ada, proof.token)
        await have(ada, resources)
        await forget(ada, WORK)
        token = (await mail(resources)).token
        await ada.delete(PATH)

        assert code(unverified) == (403, "one-time-token-invalid")
        assert await reset(ada, token, "another horse") == 403
        assert await login_status(ada, "ada") == 200

    async def test_finds_an_address_with_a_slash(self, ada: Person, resources: Resources) -> None:
        await add(ada, resources, "ada/work@example.com")

        resent = await ada.post("/me/emails/ada%2Fwork@example.com/resend")
        removed = await ada.delete("/me/emails/ada%2Fwork@example.com")

        assert (resent.status_code, removed.status_code) == (202, 200)
        assert await addresses(ada) == {"ada@example.com": PRIMARY}

    async def test_refuses_the_primary_one(self, ada: Person) -> None:
        response = await ada.delete("/me/emails/ada@example.com")

        assert code(response) == (409, "primary-email")

    async def test_knows_no_others(self, ada: Person) -> None:
        response = await ada.delete("/me/emails/root@example.com")

        assert code(response) == (404, "email-not-found")


class TestResend:
    async def test_sends_another_link_and_the_first_is_void(
        self, ada: Person, resources: Resources
    ) -> None:
        first = await add(ada, resources)
        other = await add(ada, resources, "ada@home.example.com")

        response = await ada.post(f"{PATH}/resend")
        second = await mail(resources)

        assert response.status_code == 202
        assert (await verify(ada, first.token)).status_code == 403
        assert (await verify(ada, second.token)).status_code == 200
        assert (await verify(ada, other.token)).status_code == 200

    async def test_sends_nothing_to_a_verified_one(self, ada: Person, resources: Resources) -> None:
        await have(ada, resources)

        answers = [
            await ada.post(f"{PATH}/resend"),
            await ada.post("/me/emails/ada@example.com/resend"),
        ]

        assert [each.status_code for each in answers] == [202, 202]
        assert await post(resources) == []

    async def test_knows_no_others(self, ada: Person) -> None:
        response = await ada.post("/me/emails/root@example.com/resend")

        assert code(response) == (404, "email-not-found")

    @REQUIRED
    async def test_sends_the_change_of_the_primary_one_again(
        self, ada: Person, resources: Resources
    ) -> None:
        await ada.patch("/me", json={"email": WORK})
        await post(resources)

        await ada.post(f"{PATH}/resend")

        assert (await verify(ada, (await mail(resources)).token)).status_code == 200
        assert (await ada.get("/me")).json()["email"] == STORED


class TestRecovery:
    @pytest.mark.promise("B8")
    @pytest.mark.parametrize("email", [WORK, "ada@example.com"])
    async def test_writes_to_the_verified_address_that_was_asked_for(
        self, ada: Person, resources: Resources, email: str
    ) -> None:
        await have(ada, resources)

        await forget(ada, email.upper())
        sent = await mail(resources)

        assert sent.to.lower() == email.lower()
        assert await reset(ada, sent.token, PASSWORD + "!") == 200

    async def test_writes_to_no_address_that_is_not_verified(
        self, ada: Person, resources: Resources
    ) -> None:
        await add(ada, resources)

        await forget(ada, WORK)

        assert await post(resources) == []

    async def test_by_a_further_address_leaves_the_primary_one_unverified(
        self, ada: Person, resources: Resources
    ) -> None:
        await have(ada, resources)
        await ada.patch("/me", json={"email": "new@example.com"})
        await post(resources)
        await have(ada, resources, "third@example.com")

        await forget(ada, "third@example.com")
        assert await reset(ada, (await mail(resources)).token, PASSWORD + "!") == 200

        again = {"username": "ada", "password": PASSWORD + "!"}
        ada.token = (await ada.client.post("/login", json=again)).json()["access_token"]
        assert (await addresses(ada))["new@example.com"] == (False, True, False)
