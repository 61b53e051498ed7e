from datetime import datetime

from sqlalchemy import ColumnElement

from uservault.recovery.models import QueuedEmailRequest
from uservault.wiring.sweep import Sweep


class EmailRequestSweep(Sweep):
    """Deletes e-mail requests that were set aside, after USERVAULT_MAIL__RETENTION."""

    model = QueuedEmailRequest

    def is_over(self, now: datetime) -> ColumnElement[bool]:
        return QueuedEmailRequest.failed_at < now - self.settings.mail.retention
