from datetime import datetime

from sqlalchemy import ColumnElement, or_

from uservault.mail.models import Mail
from uservault.wiring.sweep import Sweep


class MailSweep(Sweep):
    """Deletes e-mails that were sent or given up longer ago than they are listed."""

    model = Mail

    def is_over(self, now: datetime) -> ColumnElement[bool]:
        end = now - self.settings.mail.retention
        return or_(Mail.sent_at < end, Mail.failed_at < end)
