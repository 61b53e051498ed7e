from datetime import timedelta

import pytest

from tests.mail.queue import LATER, RESET, mails, outbox, put, queue
from tests.support.databases import settings_for
from tests.support.fakes import FakeClock
from uservault.mail.delivery import Delivery
from uservault.mail.messages import Contents, Invitation, PasswordChanged, VerifyEmail
from uservault.mail.recipient import Recipient
from uservault.settings.tree import Settings
from uservault.wiring.ports import Resources
from uservault.wiring.scope import scope

NOTICE = PasswordChanged(username="ada")


@pytest.fixture(params=[1, 5])
def settings(database_url: str, request: pytest.FixtureRequest) -> Settings:
    return settings_for(database_url, mail={"concurrency": request.param}, log={"file": None})


async def fill(resources: Resources, contents: Contents, name: str, number: int) -> None:
    async with scope(resources) as made:
        for n in range(number):
            await put(made, contents, Recipient(f"{name}{n}@example.com"))


def sent(resources: Resources) -> list[str]:
    return [message["To"].partition("@")[0] for message in outbox(resources).sent]


@pytest.mark.promise("I5")
class TestPriority:
    async def test_recovery_goes_before_a_thousand_notices(
        self, resources: Resources, clock: FakeClock
    ) -> None:
        await fill(resources, NOTICE, "notice", 1000)
        clock.advance(seconds=1)
        await queue(resources, RESET, "reset@example.com")

        await Delivery(resources).run_once()

        assert sent(resources)[0] == "reset"

    async def test_families_go_in_their_order(self, resources: Resources, clock: FakeClock) -> None:
        proof = VerifyEmail(token="t", code="1")
        for contents in (NOTICE, Invitation(token="t"), proof, RESET):
            await queue(resources, contents, f"{contents.template()}@example.com")
            clock.advance(seconds=1)

        while await Delivery(resources).run_once():
            pass

        order = ["reset_password", "verify_email", "invitation", "password_changed"]
        assert sent(resources) == order

    async def test_a_failed_one_waits_and_lets_the_others_go(
        self, resources: Resources, clock: FakeClock
    ) -> None:
        await fill(resources, RESET, "reset", 1)
        await fill(resources, NOTICE, "notice", 3)
        outbox(resources).failures.append(LATER)

        while await Delivery(resources).run_once():
            pass
        clock.advance(minutes=1)
        await Delivery(resources).run_once()

        assert sent(resources) == ["notice0", "notice1", "notice2", "reset0"]

    async def test_a_flood_of_recovery_keeps_no_notice_waiting(
        self, resources: Resources, clock: FakeClock, settings: Settings
    ) -> None:
        if settings.mail.concurrency == 1:
            pytest.skip("one place goes to the first family")
        await fill(resources, NOTICE, "notice", 1)
        clock.advance(seconds=1)
        await fill(resources, RESET, "reset", 20)

        await Delivery(resources).run_once()

        assert sent(resources) == ["reset0", "reset1", "reset2", "reset3", "notice0"]

    async def test_a_retry_does_not_starve_behind_newer_ones(
        self, resources: Resources, clock: FakeClock, settings: Settings
    ) -> None:
        await fill(resources, RESET, "old", 1)
        outbox(resources).failures.append(LATER)
        await Delivery(resources).run_once()
        [due] = await mails(resources, "next_try_at")
        clock.time = due + timedelta(seconds=1)
        await fill(resources, RESET, "new", 20)

        await Delivery(resources).run_once()

        assert sent(resources)[0] == "old0"
