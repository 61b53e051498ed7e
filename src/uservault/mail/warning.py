import logging

from uservault.settings.mail_setup import mail_warnings
from uservault.settings.tree import Settings

log = logging.getLogger(__name__)


def warn_of_mail_settings(settings: Settings) -> None:
    for warning in mail_warnings(settings):
        log.warning(warning)
