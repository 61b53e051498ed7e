"""The ways that a message can take."""

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

GOODBYE = 2.0  # seconds for the server to answer QUIT: it has the e-mail already


def mail_transport(settings: Settings) -> MailTransport:
    """The one that the settings choose."""
    match settings.mail_transport:
        case "smtp":
            return SmtpTransport(settings.mail)
        case "directory":
            return DirectoryTransport(settings.mail.directory)
    return ConsoleTransport()


class SmtpTransport:
    """A connection for each e-mail; with TLS, to a server that proves its name."""

    def __init__(self, settings: MailSettings) -> None:
        self.settings = settings
        encrypted = settings.tls != "none"
        self.tls = ssl.create_default_context(cafile=settings.ca_file) if encrypted else None

    async def send(self, message: EmailMessage) -> None:
        """Permanent is only what the server says of this e-mail: a login that it refuses, or a
        sender, is for the operator to mend, and the e-mail waits."""
        client = self._client()
        try:
            async with asyncio.timeout(self.settings.timeout):
                await client.connect()
                await client.send_message(message)
        except (SMTPException, OSError) as error:  # asyncio's TimeoutError is an OSError
            raise _failure(error) from None  # the server's words may hold what is in the e-mail
        else:
            with suppress(SMTPException, OSError):
                await client.quit(timeout=GOODBYE)
        finally:
            client.close()

    def _client(self) -> SMTP:
        given = self.settings
        return SMTP(
            hostname=given.host,
            port=given.port,
            username=given.username or None,
            password=given.password.get_secret_value() or None,
            use_tls=given.tls == "tls",
            start_tls=given.tls == "starttls",  # refused by the server is refused by us
            tls_context=self.tls,
            timeout=given.timeout,
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
    """Prints e-mails, for whoever develops. Not through the log: e-mails hold tokens (G1)."""

    async def send(self, message: EmailMessage) -> None:
        body = message.get_body(("plain",))
        text = body.get_content() if body else ""
        sys.stdout.write(f"\n--- To {message['To']}: {message['Subject']}\n\n{text}---\n")
        sys.stdout.flush()


class DirectoryTransport:
    """A file for each e-mail, that appears whole and that only its owner may read."""

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
