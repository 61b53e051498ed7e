"""What is left to set before production can send e-mail."""

from collections.abc import Iterator
from email.policy import SMTPUTF8

from uservault.settings.tree import Settings


def mail_warnings(settings: Settings) -> Iterator[str]:
    """Production starts without e-mail, but should not do so unnoticed."""
    if not settings.production:
        return
    if "host" not in settings.mail.model_fields_set:
        yield "no SMTP server is set, so e-mails go to localhost: USERVAULT_MAIL__HOST"
    [sender] = SMTPUTF8.header_factory("from", settings.mail.sender).addresses
    if sender.domain == "localhost":
        yield "e-mails come from an address at localhost: USERVAULT_MAIL__FROM"
