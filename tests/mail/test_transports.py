import asyncio
import stat
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import SMTPUTF8
from pathlib import Path
from typing import Any

import pytest

from tests.support.databases import settings_for
from tests.support.server import free_port
from tests.support.smtp import LOGIN, Postbox, certificate, let_in, smtp_server
from uservault.kit.network_causes import NO_TLS, UNTRUSTED
from uservault.mail.smtp import SmtpTransport
from uservault.mail.smtp_causes import NO_LOGIN, NO_STARTTLS, SILENT
from uservault.mail.transports import ConsoleTransport, DirectoryTransport, mail_transport
from uservault.settings.mail import MailSettings
from uservault.wiring.ports import MailFailure

# In our server's eyes a connection that began in TLS is not encrypted.
AUTHENTICATES: dict[str, Any] = {"authenticator": let_in, "auth_require_tls": False}


def a_message(to: str = "ada@example.com") -> EmailMessage:
    message = EmailMessage(policy=SMTPUTF8)
    message["From"] = "UserVault <uservault@example.org>"
    message["To"] = to
    message["Subject"] = "Grüße"
    message["Message-ID"] = "<-ref_1@example.org>"
    message.set_content("https://example.org/verify#token=a=b\n\nHabari", cte="quoted-printable")
    return message


async def failure(settings: MailSettings, message: EmailMessage | None = None) -> MailFailure:
    with pytest.raises(MailFailure) as raised:
        await SmtpTransport(settings).send(message or a_message())
    return raised.value


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    with smtp_server() as postbox:
        yield postbox


class TestSmtp:
    async def test_hands_over_the_letter(self, postbox: Postbox) -> None:
        await SmtpTransport(postbox.settings()).send(a_message())

        [taken] = postbox.taken
        assert taken["Subject"] == "Grüße"
        assert taken.get_content().splitlines()[0] == "https://example.org/verify#token=a=b"
        assert postbox.recipients == ["ada@example.com"]
        assert postbox.encrypted == [False]

    async def test_says_the_name_that_is_set(self, postbox: Postbox) -> None:
        await SmtpTransport(postbox.settings(ehlo="mail.example.org")).send(a_message())

        assert postbox.greeted_by == ["mail.example.org"]

    @pytest.mark.parametrize(
        ("tls", "option"), [("starttls", "tls_context"), ("tls", "ssl_context")]
    )
    async def test_logs_in_over_tls(self, tmp_path: Path, tls: str, option: str) -> None:
        trusted, context = certificate(tmp_path)
        login = {"username": LOGIN[0], "password": LOGIN[1]}

        with smtp_server(**{option: context}, **AUTHENTICATES) as postbox:
            transport = SmtpTransport(postbox.settings(tls=tls, ca_file=trusted, **login))
            await transport.send(a_message())

        assert postbox.recipients == ["ada@example.com"]
        assert postbox.encrypted == postbox.logged_in == [True]

    async def test_waits_for_the_operator_if_its_login_is_refused(self) -> None:
        with smtp_server(**AUTHENTICATES) as postbox:
            failed = await failure(postbox.settings(username="postman", password="a guess"))

        assert failed.reason == "SMTPAuthenticationError 535"
        assert not failed.permanent

    @pytest.mark.parametrize(
        ("tls", "option"), [("starttls", "tls_context"), ("tls", "ssl_context")]
    )
    async def test_trusts_no_server_that_cannot_prove_its_name(
        self, tmp_path: Path, tls: str, option: str
    ) -> None:
        for folder in ("trusted", "other"):
            (tmp_path / folder).mkdir()
        trusted, elsewhere = certificate(tmp_path / "trusted", host="127.0.0.2")
        _, unknown = certificate(tmp_path / "other")

        for context in (elsewhere, unknown):
            with smtp_server(**{option: context}) as postbox:
                failed = await failure(postbox.settings(tls=tls, ca_file=trusted))

            assert not failed.permanent
            assert not postbox.taken

    async def test_sends_nothing_in_the_clear_if_it_is_to_be_encrypted(
        self, postbox: Postbox
    ) -> None:
        failed = await failure(postbox.settings(tls="starttls"))

        assert failed.reason == "SMTPException"
        assert not postbox.taken

    @pytest.mark.parametrize(
        ("where", "answer", "reason", "permanent"),
        [
            ("to_recipient", "550 no such user", "SMTPRecipientsRefused 550", True),
            ("to_recipient", "450 come back later", "SMTPRecipientsRefused 450", False),
            ("to_data", "554 spam", "SMTPDataError 554", True),
            ("to_data", "451 disk full", "SMTPDataError 451", False),
            ("to_sender", "550 who are you?", "SMTPSenderRefused 550", False),
        ],
    )
    async def test_tells_what_is_for_good_from_what_may_pass(
        self, postbox: Postbox, where: str, answer: str, reason: str, permanent: bool
    ) -> None:
        setattr(postbox, where, answer)

        failed = await failure(postbox.settings())

        assert failed.reason == str(failed) == reason  # not the server's words
        assert failed.permanent is permanent
        assert failed.__suppress_context__

    async def test_notices_that_the_server_hangs_up_in_the_middle(self, postbox: Postbox) -> None:
        postbox.drops = True

        failed = await failure(postbox.settings())

        assert failed.reason == "SMTPServerDisconnected"
        assert not failed.permanent

    async def test_waits_no_longer_than_it_is_told(self, postbox: Postbox) -> None:
        postbox.hangs = True

        failed = await failure(postbox.settings(timeout=0.3))

        assert "Timeout" in failed.reason
        assert not failed.permanent

    async def test_notices_that_there_is_no_server(self) -> None:
        nobody = Postbox(free_port())

        failed = await failure(nobody.settings())

        assert failed.reason == "SMTPConnectError"
        assert not failed.permanent

    async def test_a_letter_that_was_taken_stays_so_without_a_goodbye(self) -> None:
        async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            answers = iter(["250 hello", "250 ok", "250 ok", "354 go on", "250 taken"])
            writer.write(b"220 ready\r\n")
            data = False
            while line := await reader.readline():
                if line.startswith(b"QUIT"):
                    break  # and hangs up
                if not data or line == b".\r\n":
                    answer = next(answers)
                    data = answer.startswith("354")
                    writer.write(f"{answer}\r\n".encode())
            writer.close()

        server = await asyncio.start_server(speak, "127.0.0.1")
        port = server.sockets[0].getsockname()[1]
        async with server:
            await SmtpTransport(Postbox(port).settings()).send(a_message())

    async def test_needs_smtputf8_for_a_local_part_beyond_ascii(self, postbox: Postbox) -> None:
        await SmtpTransport(postbox.settings()).send(a_message("jürgen@example.com"))
        with smtp_server(enable_SMTPUTF8=False) as old:
            failed = await failure(old.settings(), a_message("jürgen@example.com"))

        assert postbox.recipients == ["jürgen@example.com"]
        assert failed.reason == "SMTPNotSupported"
        assert failed.permanent


class TestCauses:
    """What the log says of a fault, so that an operator can mend it."""

    async def test_are_of_the_connection(self, tmp_path: Path) -> None:
        nobody = Postbox(free_port())
        folder = tmp_path / "other"
        folder.mkdir()
        trusted, context = certificate(tmp_path, host="127.0.0.2")
        other, _ = certificate(folder)

        unknown = await failure(nobody.settings(host="nowhere.invalid"))
        deaf = await failure(nobody.settings())
        with smtp_server(tls_context=context) as postbox:
            untrusted = await failure(postbox.settings(tls="starttls", ca_file=other))
            elsewhere = await failure(postbox.settings(tls="starttls", ca_file=trusted))
            plain = await failure(postbox.settings(tls="tls", ca_file=trusted))
        with smtp_server(ssl_context=context) as postbox:
            encrypted = await failure(postbox.settings(timeout=1))

        assert [unknown.cause, deaf.cause] == [
            "the name of the host is unknown",
            "nothing listens at that address and port",
        ]
        assert untrusted.cause == UNTRUSTED
        assert elsewhere.cause == "the server's certificate is for another address"
        assert plain.cause == NO_TLS
        assert encrypted.cause == SILENT

    async def test_are_of_the_conversation(self, postbox: Postbox) -> None:
        unencrypted = await failure(postbox.settings(tls="starttls"))
        without = await failure(postbox.settings(username="postman", password="sesame"))
        with smtp_server(**AUTHENTICATES) as strict:
            guessed = await failure(strict.settings(username="postman", password="sesame"))
        postbox.to_sender = "550 sesame"
        stranger = await failure(postbox.settings())

        assert unencrypted.cause == NO_STARTTLS
        assert without.cause == NO_LOGIN
        assert guessed.cause == "the server refuses USERVAULT_MAIL__USERNAME or its password"
        assert str(stranger.cause).startswith("the server refuses the sender, USERVAULT_MAIL__FROM")


class TestConsole:
    async def test_prints_what_a_person_would_read(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        await ConsoleTransport().send(a_message())

        printed = capsys.readouterr().out
        assert "To ada@example.com: Grüße\n" in printed
        assert "https://example.org/verify#token=a=b\n" in printed


class TestDirectory:
    async def test_writes_a_file_that_only_its_owner_reads(self, tmp_path: Path) -> None:
        folder = tmp_path / "deep" / "mail"

        await DirectoryTransport(folder).send(a_message())
        await DirectoryTransport(folder).send(a_message())  # the same e-mail again

        [file] = folder.iterdir()
        assert file.name == "-ref_1.eml"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert b"To: ada@example.com" in file.read_bytes()

    async def test_says_that_it_cannot_write(self, tmp_path: Path) -> None:
        occupied = tmp_path / "mail"
        occupied.write_text("")

        with pytest.raises(MailFailure, match="FileExistsError"):
            await DirectoryTransport(occupied).send(a_message())


class TestChoice:
    @pytest.mark.parametrize(
        ("given", "kind"),
        [
            ({}, ConsoleTransport),
            ({"env": "production"}, SmtpTransport),
            ({"mail": {"transport": "smtp"}}, SmtpTransport),
            ({"mail": {"transport": "directory"}}, DirectoryTransport),
        ],
        ids=str,
    )
    def test_is_the_settings(self, given: dict[str, object], kind: type[object]) -> None:
        assert isinstance(mail_transport(settings_for("sqlite://", **given)), kind)
