import asyncio
from collections import Counter
from typing import Any

import pytest
from httpx import AsyncClient, Response
from sqlalchemy import select, update

from tests import databases
from tests.fakes import FakeClock
from tests.history import history
from tests.people import PASSWORD, Person, login, registration
from tests.recovery.post import Received, mail, post
from uservault.db.unit_of_work import unit_of_work
from uservault.kit.crypto import digest
from uservault.one_time_tokens.models import OneTimeToken
from uservault.settings.tree import Settings
from uservault.users.models import User
from uservault.wiring.ports import Resources

REQUIRED = pytest.mark.parametrize("mode", ["required"], indirect=True)
OFF = pytest.mark.parametrize("mode", ["off"], indirect=True)
MOVED = {"email": "countess@example.com"}


@pytest.fixture
def mode(request: pytest.FixtureRequest) -> str:
    chosen: str = getattr(request, "param", "optional")
    return chosen


@pytest.fixture
def settings(database_url: str, mode: str) -> Settings:
    return databases.settings_for(
        database_url,
        registration={"verify": mode},
        notices={"email_changed": True},
        public_url="https://id.example.com",
        log={"file": None},
    )


@pytest.fixture
async def welcome(admin: Person, anyone: AsyncClient, resources: Resources) -> Received:
    """The e-mail to Ada, who has just registered."""
    await anyone.post("/users", json=registration("ada") | {"locale": "de-AT"})
    return await mail(resources)


@pytest.fixture
async def ada(welcome: Received, anyone: AsyncClient, mode: str) -> Person:
    """She has proved her address only if she had to."""
    if mode == "required":
        await prove(anyone, token=welcome.token)
    return await login(anyone, "ada", 2)


async def prove(client: AsyncClient, **proof: str) -> Response:
    return await client.post("/account/verify-email", json=proof)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


def is_verified(answer: Response) -> bool:
    verified: bool = answer.json()["email_verified"]
    return verified


class TestRegistering:
    async def test_sends_a_letter_in_the_language_of_the_user(self, welcome: Received) -> None:
        assert welcome.to == "ada@example.com"
        assert "https://id.example.com/verify#token=" in welcome.text  # B8
        assert "Willkommen" in welcome.text

    async def test_keeps_neither_the_token_nor_the_code(
        self, welcome: Received, resources: Resources
    ) -> None:
        rows = await resources.database.rows(
            select(OneTimeToken.token_hash, OneTimeToken.code_hash)
        )

        assert [row.token_hash for row in rows] == [digest(welcome.token)]  # B8
        assert rows[0].code_hash != digest(welcome.code)
        assert welcome.token not in str(await history(resources, "data"))  # G1

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


class TestVerifyEmail:
    async def test_takes_the_token_from_anyone_once(
        self, ada: Person, welcome: Received, anyone: AsyncClient, resources: Resources
    ) -> None:
        response = await prove(anyone, token=welcome.token)
        again = await prove(anyone, token=welcome.token)

        assert response.status_code == 200
        assert is_verified(await ada.get("/me"))
        assert again.status_code == 403
        assert again.json()["code"] == "one-time-token-invalid"
        assert (await history(resources)).count("email.verified") == 1

    async def test_takes_the_code_from_the_user_who_is_signed_in(
        self, ada: Person, welcome: Received, anyone: AsyncClient, resources: Resources
    ) -> None:
        stranger = await prove(anyone, code=welcome.code)
        response = await ada.post("/account/verify-email", json={"code": welcome.code})

        assert stranger.status_code == 401
        assert stranger.headers["WWW-Authenticate"].startswith("Bearer")
        assert response.status_code == 200
        assert is_verified(await ada.get("/me"))
        assert (await history(resources, "type", "actor_id"))[-1] == ("email.verified", ada.id)

    async def test_takes_the_code_from_nobody_else(
        self, admin: Person, ada: Person, welcome: Received
    ) -> None:
        response = await admin.post("/account/verify-email", json={"code": welcome.code})

        assert response.status_code == 403
        assert not is_verified(await ada.get("/me"))

    async def test_refuses_a_bad_access_token(self, welcome: Received, anyone: AsyncClient) -> None:
        headers = {"Authorization": "Bearer nonsense"}

        response = await anyone.post(
            "/account/verify-email", json={"code": welcome.code}, headers=headers
        )

        assert response.status_code == 401

    async def test_bears_five_tries_of_the_code(self, ada: Person, welcome: Received) -> None:
        guesses = [await self.guess(ada, wrong(welcome.code)) for _ in range(5)]
        right = await self.guess(ada, welcome.code)

        assert guesses == [403] * 5
        assert right == 403  # B8
        assert not is_verified(await ada.get("/me"))

    async def test_bears_no_more_of_them_at_once(self, ada: Person, welcome: Received) -> None:
        await asyncio.gather(*(self.guess(ada, wrong(welcome.code)) for _ in range(20)))

        assert await self.guess(ada, welcome.code) == 403  # B6

    async def test_takes_the_right_code_at_the_fifth_try(
        self, ada: Person, welcome: Received
    ) -> None:
        for _ in range(4):
            await self.guess(ada, wrong(welcome.code))

        assert await self.guess(ada, welcome.code) == 200

    async def test_lets_one_of_many_at_once_have_it(
        self, ada: Person, anyone: AsyncClient, clock: FakeClock, resources: Resources
    ) -> None:
        for _ in range(20):
            clock.advance(hours=1)
            await self.unverify(resources)
            await anyone.post("/account/resend-verification", json={"email": "ada@example.com"})
            token = (await mail(resources)).token

            tries = [prove(anyone, token=token) for _ in range(20)]
            statuses = [response.status_code for response in await asyncio.gather(*tries)]

            assert Counter(statuses) == {200: 1, 403: 19}  # B8

    async def test_refuses_after_a_day(
        self, ada: Person, welcome: Received, anyone: AsyncClient, clock: FakeClock
    ) -> None:
        clock.advance(hours=24)

        assert (await prove(anyone, token=welcome.token)).status_code == 403
        assert await self.guess(await ada.again(), welcome.code) == 403

    async def test_refuses_a_token_for_something_else(
        self, ada: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        await anyone.post("/account/forgot-password", json={"email": "ada@example.com"})
        reset = await mail(resources)

        response = await prove(anyone, token=reset.token)  # C3

        assert response.status_code == 403
        assert not is_verified(await ada.get("/me"))

    async def test_is_no_access_token(self, ada: Person, welcome: Received) -> None:
        ada.token = welcome.token

        assert await ada.status() == 401  # C3

    @pytest.mark.parametrize(
        "body",
        [
            {"token": "x" * 129},
            {"token": "\ud800"},
            {"token": "a\0b"},
            {"code": "12345"},
            {"code": "١٢٣٤٥٦"},  # Arabic digits
            {"code": 123456},
        ],
        ids=repr,
    )
    async def test_refuses_what_does_not_fit(
        self, anyone: AsyncClient, body: dict[str, Any]
    ) -> None:
        sent = str(body).replace("'", '"').replace("None", "null").replace("\ud800", "\\ud800")
        response = await anyone.post(
            "/account/verify-email",
            content=sent.replace("\0", "\\u0000").encode(),
            headers={"Content-Type": "application/json"},
        )

        assert response.status_code == 422  # E7

    async def test_refuses_the_token_of_an_address_that_is_not_theirs_any_more(
        self, ada: Person, welcome: Received, anyone: AsyncClient, resources: Resources
    ) -> None:
        async with unit_of_work(resources.database) as session:  # as an import might do it
            user = await session.get_one(User, ada.id)
            user.email = "else@example.com"

        assert (await prove(anyone, token=welcome.token)).status_code == 403

    async def guess(self, person: Person, code: str) -> int:
        response = await person.post("/account/verify-email", json={"code": code})
        return response.status_code

    async def unverify(self, resources: Resources) -> None:
        async with unit_of_work(resources.database) as session:
            await session.execute(update(User).values(email_verified_at=None))


class TestResendVerification:
    async def test_sends_another_letter_and_makes_the_first_void(
        self, ada: Person, welcome: Received, anyone: AsyncClient, resources: Resources
    ) -> None:
        response = await self.ask(anyone, "Ada@Example.com")
        second = await mail(resources)

        assert response.status_code == 202
        assert second.to == "ada@example.com"  # E3
        assert (await prove(anyone, token=welcome.token)).status_code == 403
        assert (await prove(anyone, token=second.token)).status_code == 200

    async def test_sends_nothing_to_who_is_verified_or_nobody(
        self, ada: Person, welcome: Received, anyone: AsyncClient, resources: Resources
    ) -> None:
        await prove(anyone, token=welcome.token)

        answers = [await self.ask(anyone, f"{name}@example.com") for name in ("ada", "nobody")]

        assert [answer.status_code for answer in answers] == [202, 202]
        assert answers[0].content == answers[1].content  # B1
        assert await post(resources) == []

    @OFF
    async def test_sends_nothing_where_nobody_is_asked(
        self, admin: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        await anyone.post("/users", json=registration("ada"))

        assert (await self.ask(anyone, "ada@example.com")).status_code == 202
        assert await post(resources) == []

    @pytest.mark.parametrize("name", ["ada", "nobody"])
    async def test_is_throttled_for_an_address(
        self, ada: Person, anyone: AsyncClient, clock: FakeClock, name: str
    ) -> None:
        asked = [await self.ask(anyone, f"{name}@example.com") for _ in range(6)]
        clock.advance(seconds=int(asked[-1].headers["Retry-After"]))
        later = await self.ask(anyone, f"{name}@example.com")

        assert [answer.status_code for answer in asked] == [202] * 5 + [429]  # B7
        assert later.status_code == 202

    async def test_is_throttled_for_a_client(self, anyone: AsyncClient) -> None:
        asked = [await self.ask(anyone, f"u{n}@example.com") for n in range(61)]

        assert [answer.status_code for answer in asked] == [202] * 60 + [429]  # B7

    async def ask(self, client: AsyncClient, email: str) -> Response:
        return await client.post("/account/resend-verification", json={"email": email})


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

    async def test_is_throttled_for_an_address(self, ada: Person) -> None:
        statuses = [
            (await ada.put(f"/users/{ada.id}", json=data)).status_code
            for data in [MOVED, {"email": "ada@example.com"}] * 6
        ]

        assert statuses[:10] == [200] * 10
        assert 429 in statuses[10:]  # B7

    async def test_honours_if_match(self, ada: Person, resources: Resources) -> None:
        response = await ada.put(f"/users/{ada.id}", json=MOVED, headers={"If-Match": '"9"'})

        assert response.status_code == 412
        assert await post(resources) == []


@REQUIRED
class TestWhereProofIsRequired:
    async def test_nobody_logs_in_unverified(self, welcome: Received, anyone: AsyncClient) -> None:
        right = {"username": "ada", "password": PASSWORD}

        before = await anyone.post("/login", json=right)
        guess = await anyone.post("/login", json=right | {"password": "a guess"})
        await prove(anyone, token=welcome.token)
        after = await anyone.post("/login", json=right)

        assert before.status_code == 403
        assert before.json()["code"] == "email-unverified"
        assert guess.status_code == 401  # B1
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


class TestLocale:
    async def test_is_kept_changed_and_taken_away(self, ada: Person) -> None:
        first = (await ada.get("/me")).json()["locale"]
        second = (await ada.ask("PATCH", "/me", json={"locale": "sw"})).json()["locale"]
        kept = (await ada.ask("PATCH", "/me", json={"username": "lovelace"})).json()["locale"]
        third = (await ada.ask("PATCH", "/me", json={"locale": None})).json()["locale"]

        assert [first, second, kept, third] == ["de-AT", "sw", "sw", None]

    @pytest.mark.parametrize("locale", ["", "d", "de_AT", "de-", "x" * 36, 1], ids=repr)
    async def test_is_a_language_tag(self, ada: Person, locale: object) -> None:
        response = await ada.ask("PATCH", "/me", json={"locale": locale})

        assert response.status_code == 422
