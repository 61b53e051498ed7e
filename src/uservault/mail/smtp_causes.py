"""Why a mail server took no e-mail, in words for operators. Never the server's: they may quote."""

from aiosmtplib import (
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPConnectResponseError,
    SMTPException,
    SMTPHeloError,
    SMTPNotSupported,
    SMTPRecipientsRefused,
    SMTPSenderRefused,
    SMTPServerDisconnected,
)

from uservault.kit.network_causes import network_cause

CAUSES: tuple[tuple[type[SMTPException], str], ...] = (  # the first that fits
    (SMTPAuthenticationError, "the server refuses USERVAULT_MAIL__USERNAME or its password"),
    (SMTPSenderRefused, "the server refuses the sender, USERVAULT_MAIL__FROM, or wants a login"),
    (SMTPRecipientsRefused, "the server refuses the recipient"),
    (SMTPNotSupported, "the server cannot take this address (SMTPUTF8)"),
    (SMTPConnectResponseError, "the server turns every connection of ours away"),
    (SMTPHeloError, "the server refuses our greeting"),
    (SMTPServerDisconnected, "the server closed the connection"),
    (SMTPConnectError, "the server closed the connection without a greeting"),
)
SILENT = "no answer in time: USERVAULT_MAIL__TLS may not fit the port"
NO_STARTTLS = "the server does not offer STARTTLS: USERVAULT_MAIL__TLS may not fit the port"
NO_LOGIN = "the server offers no way to log in there"


def smtp_cause(error: BaseException) -> str | None:
    if isinstance(error, TimeoutError):
        return SILENT
    text = str(error)
    if "STARTTLS extension not supported" in text:
        return NO_STARTTLS
    if "AUTH extension is not supported" in text or "No suitable authentication" in text:
        return NO_LOGIN
    named = next((cause for kind, cause in CAUSES if isinstance(error, kind)), None)
    return network_cause(error) or named
