"""E-mails that expired while they waited for the mail server."""

from httpx import AsyncClient

from tests.mail.queue import LATER, mails, outbox
from tests.recovery.forgotten.asking import forget
from tests.recovery.post import post
from tests.support.fakes import FakeClock
from tests.support.people import Person
from uservault.recovery.delivery import RequestedDelivery
from uservault.recovery.email_request_job import EmailRequestJob
from uservault.wiring.ports import Resources

LIMIT = 5  # requests in an hour


class TestAnExpiredEmail:
    async def test_does_not_throttle_the_next_request(
        self, ada: Person, anyone: AsyncClient, clock: FakeClock, resources: Resources
    ) -> None:
        for _ in range(LIMIT):
            await forget(anyone)
            await self.fail(resources)
        clock.advance(minutes=31)
        while await RequestedDelivery(resources).run_once():
            pass

        await forget(anyone)

        assert await mails(resources, "last_error") == ["expired"] * LIMIT
        [sent] = await post(resources)
        assert sent.to == "ada@example.com"

    async def test_gives_nothing_back_twice(
        self, ada: Person, anyone: AsyncClient, clock: FakeClock, resources: Resources
    ) -> None:
        for _ in range(LIMIT):
            await forget(anyone)
            await self.fail(resources)
        clock.advance(hours=2)
        while await RequestedDelivery(resources).run_once():
            pass

        for _ in range(LIMIT + 1):
            await forget(anyone)

        assert len(await post(resources)) == LIMIT

    async def fail(self, resources: Resources) -> None:
        while await EmailRequestJob(resources).run_once():
            pass
        outbox(resources).failures.append(LATER)
        await RequestedDelivery(resources).run_once()
