from datetime import datetime

from sqlalchemy import ColumnElement, or_

from uservault.mail.models import Mail
from uservault.wiring.sweep import Sweep


class MailSweep(Sweep):
    """Deletes sent and failed e-mails after USERVAULT_MAIL__RETENTION."""

    model = Mail

    def is_over(self, now: datetime) -> ColumnElement[bool]:
        end = now - self.settings.mail.retention
        return or_(Mail.sent_at < end, Mail.failed_at < end)
