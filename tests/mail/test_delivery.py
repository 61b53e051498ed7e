import asyncio
import logging
from collections import Counter
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import update

from tests.databases import settings_for
from tests.fakes import FakeClock
from tests.mail.queue import RESET, TOKEN, mails, outbox, queue
from tests.smtp import smtp_server
from uservault.db.database import Database
from uservault.db.errors import DatabaseUnavailable
from uservault.db.unit_of_work import unit_of_work
from uservault.kit.crypto import Sealer
from uservault.kit.problems import Conflict
from uservault.kit.urls import async_url
from uservault.mail.delivery import Delivery
from uservault.mail.models import Mail
from uservault.mail.service import Mailer
from uservault.mail.sweep import MailSweep
from uservault.mail.transports import SmtpTransport
from uservault.settings.database import DatabaseSettings
from uservault.telemetry.logs import configure_logging
from uservault.wiring.ports import MailFailure, Resources
from uservault.wiring.scope import scope

START = datetime(2026, 1, 1, tzinfo=UTC)
LATER = MailFailure("SMTPDataError 451")
NEVER = MailFailure("SMTPRecipientsRefused 550", permanent=True)


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


class TestQueue:
    async def test_sends_nothing_before_the_commit(self, resources: Resources) -> None:
        async with scope(resources) as made:
            await made.get(Mailer).queue(RESET, "a@b.org")
            seen = await mails(resources, "id")
        done = await Delivery(resources).run_once()

        assert seen == []
        assert done == len(outbox(resources).sent) == 1

    async def test_sends_nothing_of_what_was_rolled_back(self, resources: Resources) -> None:
        async def fail() -> None:
            async with scope(resources) as made:
                await made.get(Mailer).queue(RESET, "a@b.org")
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


class TestDelivery:
    async def test_sends_and_forgets_what_it_said(
        self, resources: Resources, clock: FakeClock
    ) -> None:
        await queue(resources, locale="fr-BE")
        clock.advance(seconds=2)

        done = await Delivery(resources).run_once()

        assert done == 1
        [message] = outbox(resources).sent
        assert message["To"] == "ada@example.com"
        assert message["Content-Language"] == "fr"
        body = message.get_body(("plain",))
        assert body is not None
        assert f"http://127.0.0.1:5000/reset#token={TOKEN}" in body.get_content()
        assert await mails(resources, "sealed", "sent_at", "next_try_at", "leased_by") == [
            (None, clock(), None, None)
        ]
        assert await Delivery(resources).run_once() == 0

    async def test_logs_neither_what_it_said_nor_to_whom(
        self, resources: Resources, caplog: pytest.LogCaptureFixture
    ) -> None:
        configure_logging(settings_for("sqlite://", log={"file": None, "level": "debug"}))
        caplog.set_level(logging.DEBUG)
        await queue(resources)
        await queue(resources)
        outbox(resources).failures += [RuntimeError(TOKEN)]

        await Delivery(resources).run_once()

        logged = str([vars(record) for record in caplog.records])  # G1
        assert "e-mail sent" in logged
        assert "e-mail not sent" in logged
        assert TOKEN not in logged
        assert "ada@" not in logged
        assert await mails(resources, "last_error") == ["RuntimeError", None]

    async def test_waits_longer_after_each_failure(
        self, resources: Resources, clock: FakeClock
    ) -> None:
        await queue(resources)
        waits = []
        for _ in range(9):
            outbox(resources).failures.append(LATER)
            assert await Delivery(resources).run_once() == 1
            [due] = await mails(resources, "next_try_at")
            waits.append((due - clock()).total_seconds())
            clock.time = due - timedelta(seconds=1)
            assert await Delivery(resources).run_once() == 0
            clock.time = due

        for n, wait in enumerate(waits):
            longest = 30 * 2**n
            assert longest / 2 <= wait <= longest
        assert await mails(resources, "tries", "last_error") == [(9, "SMTPDataError 451")]

    async def test_gives_up_after_so_many_tries(
        self, resources: Resources, clock: FakeClock
    ) -> None:
        await queue(resources)
        outbox(resources).failures += [LATER] * 10

        for _ in range(12):
            await Delivery(resources).run_once()
            clock.advance(hours=6)

        [(tries, failed_at, next_try_at, sealed)] = await mails(
            resources, "tries", "failed_at", "next_try_at", "sealed"
        )
        assert (tries, next_try_at) == (10, None)
        assert failed_at == START + timedelta(hours=9 * 6)
        assert sealed is not None  # for whoever asks for a retry
        assert outbox(resources).sent == []

    async def test_gives_up_at_once_what_is_refused_for_good(
        self, resources: Resources, clock: FakeClock
    ) -> None:
        await queue(resources)
        outbox(resources).failures.append(NEVER)

        await Delivery(resources).run_once()

        assert await mails(resources, "tries", "failed_at", "last_error") == [
            (1, clock(), "SMTPRecipientsRefused 550")
        ]

    async def test_one_letter_that_cannot_be_written_stops_no_other(
        self, resources: Resources
    ) -> None:
        await queue(resources, to="ada@example.com\nBcc: eve@example.com")
        await queue(resources, to="bob@example.com")

        await Delivery(resources).run_once()

        assert [message["To"] for message in outbox(resources).sent] == ["bob@example.com"]
        assert await mails(resources, "last_error") == ["EmailSyntaxError", None]

    async def test_says_that_a_letter_was_sealed_with_a_key_that_is_gone(
        self, resources: Resources
    ) -> None:
        await queue(resources)

        await Delivery(replace(resources, sealer=Sealer([b"another key"]))).run_once()

        assert await mails(resources, "last_error", "failed_at") == [("Unsealable", None)]


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

    async def test_no_connection_is_held_while_the_server_thinks(
        self, resources: Resources
    ) -> None:
        slow = SlowMail(resources.database)
        await queue(resources)

        await Delivery(replace(resources, mail=slow)).run_once()

        assert (slow.held, slow.sent.total()) == (0, 1)  # H11

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
        [mail] = await late._lease()
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
        times = [resources.clock()] * 2  # and then the clock breaks

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


class TestRealServer:
    async def test_gets_what_was_queued(self, resources: Resources) -> None:
        await queue(resources, to="ada@bücher.example", locale="sw")
        with smtp_server() as postbox:
            await Delivery(replace(resources, mail=SmtpTransport(postbox.settings()))).run_once()

        [taken] = postbox.taken
        assert postbox.recipients == ["ada@xn--bcher-kva.example"]
        assert taken["Subject"] == "Chagua nenosiri jipya"
        assert TOKEN in taken.get_body(("html",)).get_content()  # type: ignore[union-attr]
        assert await mails(resources, "sealed", "last_error") == [(None, None)]

    async def test_that_refuses_is_asked_again_only_if_it_may_change_its_mind(
        self, resources: Resources, clock: FakeClock
    ) -> None:
        await queue(resources)
        with smtp_server() as postbox:
            delivery = Delivery(replace(resources, mail=SmtpTransport(postbox.settings())))
            for answer in ("451 later", "554 never", None):
                postbox.to_data = answer
                await delivery.run_once()
                clock.advance(minutes=1)

        assert postbox.taken == []
        assert await mails(resources, "tries", "last_error") == [(2, "SMTPDataError 554")]


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
