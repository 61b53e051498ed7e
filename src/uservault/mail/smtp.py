"""Sends e-mails by SMTP."""

import asyncio
import ssl
from contextlib import suppress
from email.message import EmailMessage

from aiosmtplib import (
    SMTP,
    SMTPDataError,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from uservault.mail.smtp_causes import smtp_cause
from uservault.settings.mail import MailSettings
from uservault.wiring.ports import MailFailure

QUIT_TIMEOUT = 2.0  # seconds; short, because the server has accepted the e-mail already


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
            local_hostname=settings.ehlo or None,
            username=settings.username or None,
            password=settings.password.get_secret_value() or None,
            use_tls=settings.tls == "tls",
            start_tls=settings.tls == "starttls",  # fails if the server does not offer it
            tls_context=self.tls,
            timeout=settings.timeout,
        )


def _failure(error: Exception) -> MailFailure:
    name, cause = type(error).__name__, smtp_cause(error)
    match error:
        case SMTPRecipientsRefused():
            code = error.recipients[0].code
            permanent = code >= 500
        case SMTPResponseException():
            code = error.code
            permanent = code >= 500 and isinstance(error, SMTPDataError)
        case _:
            permanent = isinstance(error, SMTPNotSupported)
            return MailFailure(name, cause=cause, permanent=permanent)
    return MailFailure(f"{name} {code}", cause=cause, permanent=permanent)
