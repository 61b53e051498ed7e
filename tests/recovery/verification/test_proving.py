import asyncio
from collections import Counter
from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import update

from tests.recovery.post import Received, mail
from tests.recovery.verification.proofs import is_verified, prove
from tests.support.fakes import FakeClock
from tests.support.history import history
from tests.support.people import Person
from uservault.db.unit_of_work import unit_of_work
from uservault.users.models import User
from uservault.wiring.ports import Resources


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


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

    @pytest.mark.promise("B8")
    async def test_bears_five_tries_of_the_code(self, ada: Person, welcome: Received) -> None:
        guesses = [await self.guess(ada, wrong(welcome.code)) for _ in range(5)]
        right = await self.guess(ada, welcome.code)

        assert guesses == [403] * 5
        assert right == 403
        assert not is_verified(await ada.get("/me"))

    @pytest.mark.promise("B6")
    async def test_bears_no_more_of_them_at_once(self, ada: Person, welcome: Received) -> None:
        await asyncio.gather(*(self.guess(ada, wrong(welcome.code)) for _ in range(20)))

        assert await self.guess(ada, welcome.code) == 403

    async def test_takes_the_right_code_at_the_fifth_try(
        self, ada: Person, welcome: Received
    ) -> None:
        for _ in range(4):
            await self.guess(ada, wrong(welcome.code))

        assert await self.guess(ada, welcome.code) == 200

    @pytest.mark.promise("B8")
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

            assert Counter(statuses) == {200: 1, 403: 19}

    async def test_refuses_after_a_day(
        self, ada: Person, welcome: Received, anyone: AsyncClient, clock: FakeClock
    ) -> None:
        clock.advance(hours=24)

        assert (await prove(anyone, token=welcome.token)).status_code == 403
        assert await self.guess(await ada.again(), welcome.code) == 403

    @pytest.mark.promise("C3")
    async def test_refuses_a_token_for_something_else(
        self, ada: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        await anyone.post("/account/forgot-password", json={"email": "ada@example.com"})
        reset = await mail(resources)

        response = await prove(anyone, token=reset.token)

        assert response.status_code == 403
        assert not is_verified(await ada.get("/me"))

    @pytest.mark.promise("C3")
    async def test_is_no_access_token(self, ada: Person, welcome: Received) -> None:
        ada.token = welcome.token

        assert await ada.status() == 401

    @pytest.mark.promise("E7")
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

        assert response.status_code == 422

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
