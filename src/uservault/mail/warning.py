"""What is left to set before production can send e-mail."""

import logging
from collections.abc import Iterator
from email.policy import SMTPUTF8

from uservault.settings.tree import Settings

log = logging.getLogger(__name__)


def warn_of_mail_settings(settings: Settings) -> None:
    for warning in warnings(settings):
        log.warning(warning)


def warnings(settings: Settings) -> Iterator[str]:
    """Production starts without e-mail, but should not do so unnoticed."""
    if not settings.production:
        return
    if "host" not in settings.mail.model_fields_set:
        yield "no SMTP server is set, so e-mails go to localhost: USERVAULT_MAIL__HOST"
    [sender] = SMTPUTF8.header_factory("from", settings.mail.sender).addresses
    if sender.domain == "localhost":
        yield "e-mails come from an address at localhost: USERVAULT_MAIL__FROM"
