import pytest
from httpx import AsyncClient, Response

from tests.recovery.post import Received, mail, post
from tests.recovery.verification.proofs import OFF, prove
from tests.support.fakes import FakeClock
from tests.support.people import Person, registration
from uservault.wiring.ports import Resources


class TestResendVerification:
    @pytest.mark.promise("E3")
    async def test_sends_another_letter_and_makes_the_first_void(
        self, ada: Person, welcome: Received, anyone: AsyncClient, resources: Resources
    ) -> None:
        response = await self.ask(anyone, "Ada@Example.com")
        second = await mail(resources)

        assert response.status_code == 202
        assert second.to == "ada@example.com"
        assert (await prove(anyone, token=welcome.token)).status_code == 403
        assert (await prove(anyone, token=second.token)).status_code == 200

    @pytest.mark.promise("B1")
    async def test_sends_nothing_to_who_is_verified_or_nobody(
        self, ada: Person, welcome: Received, anyone: AsyncClient, resources: Resources
    ) -> None:
        await prove(anyone, token=welcome.token)

        answers = [await self.ask(anyone, f"{name}@example.com") for name in ("ada", "nobody")]

        assert [answer.status_code for answer in answers] == [202, 202]
        assert answers[0].content == answers[1].content
        assert await post(resources) == []

    @OFF
    async def test_sends_nothing_where_nobody_is_asked(
        self, admin: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        await anyone.post("/users", json=registration("ada"))

        assert (await self.ask(anyone, "ada@example.com")).status_code == 202
        assert await post(resources) == []

    @pytest.mark.promise("B7", "I5", "I8")
    async def test_sends_five_letters_an_hour_and_the_last_one_works(
        self, ada: Person, welcome: Received, anyone: AsyncClient, resources: Resources
    ) -> None:
        asked = [await self.ask(anyone, "ada@example.com") for _ in range(20)]
        received = await post(resources)

        assert {answer.status_code for answer in asked} == {202}
        assert len(received) == 5
        assert (await prove(anyone, token=received[-1].token)).status_code == 200

    @pytest.mark.promise("B7")
    async def test_sends_more_in_the_next_hour(
        self,
        ada: Person,
        welcome: Received,
        anyone: AsyncClient,
        resources: Resources,
        clock: FakeClock,
    ) -> None:
        for _ in range(6):
            await self.ask(anyone, "ada@example.com")
        await post(resources)
        clock.advance(hours=1)

        await self.ask(anyone, "ada@example.com")

        assert len(await post(resources)) == 1

    @pytest.mark.promise("I8")
    async def test_by_strangers_keeps_no_user_from_an_address(
        self, ada: Person, welcome: Received, anyone: AsyncClient
    ) -> None:
        for _ in range(6):
            await self.ask(anyone, "ada@example.org")

        response = await ada.post("/me/emails", json={"email": "ada@example.org"})

        assert response.status_code == 202

    @pytest.mark.promise("B7")
    async def test_is_throttled_for_a_client(self, anyone: AsyncClient) -> None:
        asked = [await self.ask(anyone, f"u{n}@example.com") for n in range(61)]

        assert [answer.status_code for answer in asked] == [202] * 60 + [429]

    async def ask(self, client: AsyncClient, email: str) -> Response:
        return await client.post("/account/resend-verification", json={"email": email})
