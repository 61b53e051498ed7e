"""The implementations of MailTransport."""

import asyncio
import os
import ssl
import sys
from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path
from tempfile import mkstemp

from aiosmtplib import (
    SMTP,
    SMTPDataError,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from uservault.settings.mail import MailSettings
from uservault.settings.tree import Settings
from uservault.wiring.ports import MailFailure, MailTransport

QUIT_TIMEOUT = 2.0  # seconds; short, because the server has accepted the e-mail already


def mail_transport(settings: Settings) -> MailTransport:
    """The transport that the settings select."""
    match settings.mail_transport:
        case "smtp":
            return SmtpTransport(settings.mail)
        case "directory":
            return DirectoryTransport(settings.mail.directory)
    return ConsoleTransport()


class SmtpTransport:
    """One connection per e-mail. With TLS, the server's certificate is verified."""

    def __init__(self, settings: MailSettings) -> None:
        self.settings = settings
        encrypted = settings.tls != "none"
        self.tls = ssl.create_default_context(cafile=settings.ca_file) if encrypted else None

    async def send(self, message: EmailMessage) -> None:
        """Only a refusal of this e-mail is permanent. If the server refuses our login or sender,
        the e-mail stays queued until the operator has fixed that."""
        client = self._client()
        try:
            async with asyncio.timeout(self.settings.timeout):
                await client.connect()
                await client.send_message(message)
        except (SMTPException, OSError) as error:  # asyncio's TimeoutError is an OSError
            raise _failure(error) from None  # the server's message may quote the e-mail
        else:
            with suppress(SMTPException, OSError):
                await client.quit(timeout=QUIT_TIMEOUT)
        finally:
            client.close()

    def _client(self) -> SMTP:
        settings = self.settings
        return SMTP(
            hostname=settings.host,
            port=settings.port,
            username=settings.username or None,
            password=settings.password.get_secret_value() or None,
            use_tls=settings.tls == "tls",
            start_tls=settings.tls == "starttls",  # fails if the server does not offer it
            tls_context=self.tls,
            timeout=settings.timeout,
        )


def _failure(error: Exception) -> MailFailure:
    match error:
        case SMTPRecipientsRefused():
            code = error.recipients[0].code
            permanent = code >= 500
        case SMTPResponseException():
            code = error.code
            permanent = code >= 500 and isinstance(error, SMTPDataError)
        case _:
            return MailFailure(type(error).__name__, permanent=isinstance(error, SMTPNotSupported))
    return MailFailure(f"{type(error).__name__} {code}", permanent=permanent)


class ConsoleTransport:
    """Prints e-mails, for development. Not to the log, because e-mails contain tokens (G1)."""

    async def send(self, message: EmailMessage) -> None:
        body = message.get_body(("plain",))
        text = body.get_content() if body else ""
        sys.stdout.write(f"\n--- To {message['To']}: {message['Subject']}\n\n{text}---\n")
        sys.stdout.flush()


class DirectoryTransport:
    """Writes a file for each e-mail, atomically and readable only by its owner."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def send(self, message: EmailMessage) -> None:
        name = str(message["Message-ID"]).strip("<>").partition("@")[0]
        try:
            await asyncio.to_thread(self._write, f"{name}.eml", message.as_bytes())
        except OSError as error:
            raise MailFailure(type(error).__name__) from error

    def _write(self, name: str, content: bytes) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, draft = mkstemp(dir=self.folder, prefix=".")  # 0600
        with os.fdopen(handle, "wb") as opened:
            opened.write(content)
        os.replace(draft, self.folder / name)
