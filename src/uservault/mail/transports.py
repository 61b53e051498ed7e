"""The implementations of MailTransport."""

import asyncio
import os
import sys
from email.message import EmailMessage
from pathlib import Path
from tempfile import mkstemp

from uservault.settings.tree import Settings
from uservault.wiring.ports import MailFailure, MailTransport


def mail_transport(settings: Settings) -> MailTransport:
    """The transport that the settings select."""
    match settings.mail_transport:
        case "smtp":
            # Only a process that sends by SMTP needs it, and it takes 10 MB.
            from uservault.mail.smtp import SmtpTransport  # noqa: PLC0415

            return SmtpTransport(settings.mail)
        case "directory":
            return DirectoryTransport(settings.mail.directory)
    return ConsoleTransport()


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
