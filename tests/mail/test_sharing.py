import asyncio
from collections import Counter
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from email.message import EmailMessage

import pytest
from sqlalchemy import update

from tests.mail.queue import LATER, mails, outbox, queue
from tests.support.fakes import FakeClock
from uservault.db.database import Database
from uservault.db.errors import DatabaseUnavailable
from uservault.db.unit_of_work import unit_of_work
from uservault.kit.urls import async_url
from uservault.mail.delivery import Delivery
from uservault.mail.models import Mail
from uservault.settings.database import DatabaseSettings
from uservault.wiring.ports import Resources


@dataclass
class SlowMail:
    """Takes a while, in which others may come."""

    database: Database
    sent: Counter[str] = field(default_factory=Counter)
    held: int = 0

    async def send(self, message: EmailMessage) -> None:
        await asyncio.sleep(0.01)
        self.held = max(self.held, self.database.connections_in_use())
        self.sent[str(message["To"])] += 1


@dataclass
class StuckMail:
    """Never gets an answer."""

    reached: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, message: EmailMessage) -> None:
        self.reached.set()
        await asyncio.Event().wait()


@dataclass
class BusyMail:
    """Sends, and keeps the one connection for writing a while longer than anyone waits for it."""

    database: Database
    seconds: float
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, message: EmailMessage) -> None:
        taken = asyncio.Event()
        self.task = asyncio.create_task(self._occupy(taken))
        await taken.wait()

    async def _occupy(self, taken: asyncio.Event) -> None:
        async with self.database.writes.connect():
            taken.set()
            await asyncio.sleep(self.seconds)
        self.over.set()


class TestSharedQueue:
    async def test_sends_each_letter_once_and_holds_no_connection(
        self, resources: Resources
    ) -> None:
        slow = SlowMail(resources.database)
        ours = replace(resources, mail=slow)
        theirs = replace(ours, database=_another(resources))
        for n in range(30):
            await queue(resources, to=f"user{n}@example.com")

        async def work(some: Resources) -> None:
            while await Delivery(some).run_once():
                pass

        await asyncio.gather(work(ours), work(theirs), work(ours))
        await work(ours)  # whoever found nothing to take left before the end
        await theirs.database.close()

        assert slow.sent == {f"user{n}@example.com": 1 for n in range(30)}
        assert await mails(resources, "tries") == [1] * 30

    @pytest.mark.promise("H11")
    async def test_no_connection_is_held_while_the_server_thinks(
        self, resources: Resources
    ) -> None:
        slow = SlowMail(resources.database)
        await queue(resources)

        await Delivery(replace(resources, mail=slow)).run_once()

        assert (slow.held, slow.sent.total()) == (0, 1)

    async def test_a_letter_whose_worker_died_is_due_again(
        self, resources: Resources, clock: FakeClock
    ) -> None:
        await queue(resources)
        await _die_while_sending(resources)

        early = await Delivery(resources).run_once()
        clock.advance(seconds=30 + 40)
        late = await Delivery(resources).run_once()

        assert (early, late) == (0, 1)
        assert len(outbox(resources).sent) == 1

    async def test_a_duplicate_can_be_told_by_its_message_id(
        self, resources: Resources, clock: FakeClock
    ) -> None:
        await queue(resources)
        await Delivery(resources).run_once()
        async with unit_of_work(resources.database) as session:  # as if it died before the note
            sealed = {"sent_at": None, "next_try_at": clock(), "sealed": await _sealed(resources)}
            await session.execute(update(Mail).values(sealed))
        clock.advance(minutes=3)
        await Delivery(resources).run_once()

        first, second = outbox(resources).sent
        assert first["Message-ID"] == second["Message-ID"]
        assert first["Date"] == second["Date"]

    async def test_who_lost_the_lease_delays_nobody(
        self, resources: Resources, clock: FakeClock
    ) -> None:
        await queue(resources)
        late = Delivery(resources)
        [mail] = await late.queue.lease()
        clock.advance(minutes=3)
        await Delivery(resources).run_once()

        await late._record_failure(mail, LATER)

        assert await mails(resources, "sent_at", "last_error", "next_try_at") == [
            (clock(), None, None)
        ]

    async def test_an_outcome_that_cannot_be_noted_is_an_error_of_the_chore(
        self, resources: Resources
    ) -> None:
        await queue(resources)
        times = [resources.clock()] * 3  # and then the clock breaks

        with pytest.raises(IndexError):
            await Delivery(replace(resources, clock=times.pop)).run_once()

        assert len(outbox(resources).sent) == 1
        assert await mails(resources, "sent_at", "tries") == [(None, 1)]

    @pytest.mark.parametrize(
        ("busy", "kept"), [(0.25, None), (3.0, "sealed")], ids=["soon", "late"]
    )
    async def test_an_outcome_is_noted_if_the_database_comes_back_soon(
        self, resources: Resources, busy: float, kept: str | None
    ) -> None:
        url = resources.settings.database_url.get_secret_value()
        narrow = DatabaseSettings(write_pool_size=1, pool_timeout=0.1)
        database = Database(async_url(url), narrow)
        mail = BusyMail(database, busy)
        await queue(resources)

        with pytest.raises(DatabaseUnavailable) if kept else nullcontext():
            await Delivery(replace(resources, database=database, mail=mail)).run_once()
        await mail.over.wait()
        await database.close()

        [sealed] = await mails(resources, "sealed")
        assert (sealed is None) is (kept is None)


def _another(resources: Resources) -> Database:
    """As another process would have it."""
    url = resources.settings.database_url.get_secret_value()
    return Database(async_url(url), resources.settings.database)


async def _die_while_sending(resources: Resources) -> None:
    stuck = StuckMail()
    dying = asyncio.create_task(Delivery(replace(resources, mail=stuck)).run_once())
    await stuck.reached.wait()
    dying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await dying


async def _sealed(resources: Resources) -> str:
    [reference] = await mails(resources, "reference")
    return resources.sealer.seal(b'{"link": "l", "username": "a"}', f"letters/{reference}")
