"""Codes of one address, guessed with the e-mails of many."""

import pytest
from httpx import AsyncClient
from sqlalchemy import update

from tests.recovery.post import Received, mail, post
from tests.recovery.verification.proofs import is_verified, prove
from tests.support.fakes import FakeClock
from tests.support.people import Person, register
from uservault.db.unit_of_work import unit_of_work
from uservault.users.models import User
from uservault.wiring.ports import Resources


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


async def guess(person: Person, code: str) -> int:
    return (await person.post("/account/verify-email", json={"code": code})).status_code


async def squat(client: AsyncClient, resources: Resources, name: str) -> tuple[Person, Received]:
    """Another account with the address of grace, who is a stranger to it."""
    person = await register(client, name)
    await person.patch("/me", json={"email": "grace@example.com"})
    received = [each for each in await post(resources) if each.to == "grace@example.com"]
    return person, next(each for each in received if "token=" in each.text)


@pytest.mark.promise("I5")
class TestGuesses:
    async def test_count_for_the_address_whichever_e_mail_and_user_they_are_of(
        self, admin: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        statuses = []
        for n in range(4):
            eve, sent = await squat(anyone, resources, f"eve{n}")
            statuses += [await guess(eve, wrong(sent.code)) for _ in range(4)]
            right = await guess(eve, sent.code) if n == 3 else 0
            await eve.patch("/me", json={"email": f"eve{n}@example.com"})

        assert statuses == [403] * 10 + [429] * 6
        assert right == 429
        assert not is_verified(await eve.get("/me"))

    async def test_that_are_too_many_say_when_to_come_again_and_leave_the_link(
        self, ada: Person, welcome: Received, anyone: AsyncClient, resources: Resources
    ) -> None:
        sent = welcome
        for _ in range(3):
            await anyone.post("/account/resend-verification", json={"email": "ada@example.com"})
            sent = await mail(resources)
            for _ in range(4):
                await guess(ada, wrong(sent.code))

        refused = await ada.post("/account/verify-email", json={"code": sent.code})
        proved = await prove(anyone, token=sent.token)

        assert (refused.status_code, refused.json()["code"]) == (429, "too-many-tries")
        assert int(refused.headers["Retry-After"]) > 3600
        assert proved.status_code == 200

    async def test_begin_anew_after_a_day(
        self, ada: Person, welcome: Received, clock: FakeClock, resources: Resources
    ) -> None:
        for _ in range(3):
            await ada.post("/me/emails/ada@example.com/resend")
            sent = await mail(resources)
            for _ in range(4):
                await guess(ada, wrong(sent.code))
        clock.advance(days=1)
        again = await ada.again()
        await again.post("/me/emails/ada@example.com/resend")

        assert await guess(again, (await mail(resources)).code) == 200

    async def test_that_are_right_do_not_count(
        self, ada: Person, clock: FakeClock, resources: Resources
    ) -> None:
        for _ in range(12):
            clock.advance(hours=1)
            again = await ada.again()
            await again.post("/me/emails/ada@example.com/resend")

            assert await guess(again, (await mail(resources)).code) == 200
            async with unit_of_work(resources.database) as session:
                await session.execute(update(User).values(email_verified_at=None))
