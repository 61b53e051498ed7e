import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from tests.mail.queue import LATER, NEVER, TOKEN, mails, outbox, queue
from tests.support.databases import settings_for
from tests.support.fakes import FakeClock
from tests.support.smtp import smtp_server
from uservault.db.unit_of_work import unit_of_work
from uservault.kit.crypto import Sealer
from uservault.mail.delivery import Delivery
from uservault.mail.messages import LASTS, PasswordChanged
from uservault.mail.models import Mail
from uservault.mail.smtp import SmtpTransport
from uservault.one_time_tokens.purposes import Purpose
from uservault.telemetry.logs import configure_logging
from uservault.wiring.ports import Resources

START = datetime(2026, 1, 1, tzinfo=UTC)
NOTICE = PasswordChanged(username="ada")


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

    @pytest.mark.promise("G1")
    async def test_logs_neither_what_it_said_nor_to_whom(
        self, resources: Resources, caplog: pytest.LogCaptureFixture
    ) -> None:
        configure_logging(settings_for("sqlite://", log={"file": None, "level": "debug"}))
        caplog.set_level(logging.DEBUG)
        await queue(resources)
        await queue(resources)
        outbox(resources).failures += [RuntimeError(TOKEN)]

        await Delivery(resources).run_once()

        logged = str([vars(record) for record in caplog.records])
        assert "e-mail sent" in logged
        assert "e-mail not sent" in logged
        assert TOKEN not in logged
        assert "ada@" not in logged
        assert await mails(resources, "last_error") == ["RuntimeError", None]

    async def test_waits_longer_after_each_failure(
        self, resources: Resources, clock: FakeClock
    ) -> None:
        await queue(resources, NOTICE)
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
        await queue(resources, NOTICE)
        outbox(resources).failures += [LATER] * 24

        for _ in range(26):
            await Delivery(resources).run_once()
            clock.advance(hours=6)

        [(tries, failed_at, next_try_at, sealed)] = await mails(
            resources, "tries", "failed_at", "next_try_at", "sealed"
        )
        assert (tries, next_try_at) == (24, None)
        assert failed_at == START + timedelta(hours=23 * 6)
        assert sealed is not None  # for whoever asks for a retry
        assert outbox(resources).sent == []

    async def test_sends_no_link_that_has_expired(
        self, resources: Resources, clock: FakeClock
    ) -> None:
        await queue(resources)
        outbox(resources).failures.append(LATER)
        await Delivery(resources).run_once()
        clock.advance(minutes=30)

        assert await Delivery(resources).run_once() == 1

        assert outbox(resources).sent == []
        assert await mails(resources, "failed_at", "last_error") == [(clock(), "expired")]

    def test_knows_how_long_each_link_lasts(self) -> None:
        purposes = {
            "verify_email": Purpose.VERIFY_EMAIL,
            "confirm_new_email": Purpose.CHANGE_EMAIL,
            "reset_password": Purpose.RESET_PASSWORD,
            "invitation": Purpose.INVITATION,
        }

        lasting = {name: lasts for name, lasts in LASTS.items() if lasts}
        assert lasting == {name: purpose.lifetime for name, purpose in purposes.items()}

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

    async def test_one_letter_of_an_unknown_kind_stops_no_other(self, resources: Resources) -> None:
        unknown = await queue(resources, to="ada@example.com")
        await queue(resources, to="bob@example.com")
        async with unit_of_work(resources.database) as session:
            await session.execute(
                update(Mail).where(Mail.id == unknown).values(template="of_another_version")
            )

        await Delivery(resources).run_once()

        assert [message["To"] for message in outbox(resources).sent] == ["bob@example.com"]
        assert await mails(resources, "last_error") == ["TemplateNotFound", None]

    async def test_says_that_a_letter_was_sealed_with_a_key_that_is_gone(
        self, resources: Resources
    ) -> None:
        await queue(resources)

        await Delivery(replace(resources, sealer=Sealer([b"another key"]))).run_once()

        assert await mails(resources, "last_error", "failed_at") == [("Unsealable", None)]


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
