import pytest

from tests.mail.queue import LATER, NEVER, RESET, TOKEN, mails, outbox, put, queue
from tests.support.fakes import FakeClock
from uservault.kit.problems import Conflict
from uservault.mail.delivery import Delivery
from uservault.mail.models import Mail
from uservault.mail.recipient import Recipient
from uservault.mail.sweep import MailSweep
from uservault.wiring.ports import Resources
from uservault.wiring.scope import scope


class TestQueue:
    async def test_sends_nothing_before_the_commit(self, resources: Resources) -> None:
        async with scope(resources) as made:
            await put(made, RESET, Recipient("a@b.org"))
            seen = await mails(resources, "id")
        done = await Delivery(resources).run_once()

        assert seen == []
        assert done == len(outbox(resources).sent) == 1

    async def test_sends_nothing_of_what_was_rolled_back(self, resources: Resources) -> None:
        async def fail() -> None:
            async with scope(resources) as made:
                await put(made, RESET, Recipient("a@b.org"))
                raise Conflict

        with pytest.raises(Conflict):
            await fail()

        assert await Delivery(resources).run_once() == 0
        assert outbox(resources).sent == []

    async def test_keeps_sealed_what_the_letter_says(self, resources: Resources) -> None:
        await queue(resources)

        [(sealed, *others)] = await mails(resources, *Mail.__table__.columns.keys()[6:], "locale")

        assert TOKEN not in f"{sealed}{others}"
        assert "token" not in str(sealed)


class TestSweep:
    async def test_forgets_what_is_over_for_long(
        self, resources: Resources, clock: FakeClock
    ) -> None:
        for failures in ([], [NEVER], [LATER]):
            await queue(resources)
            outbox(resources).failures += failures
            await Delivery(resources).run_once()
        clock.advance(days=30)
        early = await MailSweep(resources).run_once()
        clock.advance(seconds=1)

        late = await MailSweep(resources).run_once()

        assert (early, late) == (0, 2)
        assert await mails(resources, "id") == [3]
