"""Codes sent with the address by people who cannot log in yet."""

import pytest
from httpx import AsyncClient, Response

from tests.recovery.post import Received, mail, post
from tests.recovery.verification.proofs import MOVED, is_verified, prove
from tests.support.fakes import FakeClock
from tests.support.history import history
from tests.support.people import PASSWORD, Person, login, registration
from uservault.wiring.ports import Resources

ADA = "ada@example.com"
REQUIRED = pytest.mark.parametrize("mode", ["required"], indirect=True)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


def answer(response: Response) -> tuple[int, dict[str, str]]:
    body = response.json()
    return response.status_code, {name: body[name] for name in body if name != "request_id"}


@REQUIRED
class TestCodeWithTheAddress:
    async def test_lets_its_user_log_in(
        self, welcome: Received, anyone: AsyncClient, resources: Resources
    ) -> None:
        response = await prove(anyone, email="ADA@example.com", code=welcome.code)
        again = await prove(anyone, email=ADA, code=welcome.code)

        assert response.status_code == 200
        assert again.json()["code"] == "one-time-token-invalid"
        assert is_verified(await (await login(anyone, "ada", 2)).get("/me"))
        assert (await history(resources)).count("email.verified") == 1

    @pytest.mark.promise("B8")
    async def test_does_not_tell_whether_the_address_is_known(
        self, welcome: Received, anyone: AsyncClient, clock: FakeClock, resources: Resources
    ) -> None:
        unknown = [await prove(anyone, email="eve@example.com", code="123456") for _ in range(11)]
        known = [await prove(anyone, email=ADA, code=wrong(welcome.code)) for _ in range(11)]
        clock.advance(days=1)
        expired = await prove(anyone, email=ADA, code=welcome.code)

        assert [*map(answer, unknown)] == [*map(answer, known)]
        assert [each.status_code for each in known] == [403] * 10 + [429]
        assert answer(expired) == answer(known[0])
        refused = [
            subject
            for type, subject in await history(resources, "type", "subject_id")
            if type == "email.code_refused"
        ]
        assert refused == [None] * 10 + [2] * 11

    @pytest.mark.promise("I5")
    async def test_bears_ten_wrong_ones_a_day_from_whichever_e_mails(
        self, welcome: Received, anyone: AsyncClient, resources: Resources
    ) -> None:
        statuses, sent = [], welcome
        for _ in range(3):
            guesses = [await prove(anyone, email=ADA, code=wrong(sent.code)) for _ in range(4)]
            statuses += [each.status_code for each in guesses]
            await anyone.post("/account/resend-verification", json={"email": ADA})
            sent = await mail(resources)

        assert statuses == [403] * 10 + [429] * 2
        assert (await prove(anyone, email=ADA, code=sent.code)).status_code == 429
        assert (await prove(anyone, token=sent.token)).status_code == 200

    @pytest.mark.promise("B8")
    async def test_bears_five_tries_of_one_code(
        self, welcome: Received, anyone: AsyncClient
    ) -> None:
        for _ in range(5):
            await prove(anyone, email=ADA, code=wrong(welcome.code))

        assert (await prove(anyone, email=ADA, code=welcome.code)).status_code == 403

    @pytest.mark.promise("B3")
    async def test_bears_a_hundred_wrong_ones_a_minute_from_one_client(
        self, welcome: Received, anyone: AsyncClient
    ) -> None:
        for n in range(100):
            await prove(anyone, email=f"user{n}@example.com", code="123456")

        assert (await prove(anyone, email=ADA, code=welcome.code)).status_code == 429

    async def test_is_of_no_use_for_another_address(
        self, welcome: Received, anyone: AsyncClient, resources: Resources
    ) -> None:
        await anyone.post("/users", json=registration("eve"))
        eve = await mail(resources)

        assert (await prove(anyone, email=ADA, code=eve.code)).status_code == 403
        assert (await prove(anyone, email="eve@example.com", code=eve.code)).status_code == 200

    async def test_does_not_verify_a_new_address(
        self, ada: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        await ada.put(f"/users/{ada.id}", json=MOVED)
        code = (await mail(resources)).code

        assert (await prove(anyone, code=code, **MOVED)).status_code == 403
        assert (await prove(anyone, email=ADA, code=code)).status_code == 403
        assert (await ada.post("/account/verify-email", json={"code": code})).status_code == 200


@REQUIRED
class TestPendingChangeOfAddress:
    async def test_is_listed_until_it_is_cancelled(
        self, ada: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        await ada.put(f"/users/{ada.id}", json=MOVED)
        proposal = await mail(resources)
        [_, pending] = (await ada.get("/me/emails")).json()

        cancelled = await ada.delete(f"/me/emails/{MOVED['email']}")

        assert (pending["address"], pending["pending"]) == (MOVED["email"], True)
        assert cancelled.status_code == 200
        assert len((await ada.get("/me/emails")).json()) == 1
        assert (await prove(anyone, token=proposal.token)).status_code == 403
        by_code = await ada.post("/account/verify-email", json={"code": proposal.code})
        assert by_code.status_code == 403
        assert (await ada.get("/me")).json()["email"] == ADA
        assert await post(resources) == []
        body = {"username": MOVED["email"], "password": PASSWORD}
        assert (await anyone.post("/login", json=body)).status_code == 401
