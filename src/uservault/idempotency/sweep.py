from datetime import datetime

from sqlalchemy import ColumnElement

from uservault.idempotency.models import StoredAnswer
from uservault.wiring.sweep import Sweep


class StoredAnswerSweep(Sweep):
    """Deletes stored answers 24 hours after they were given."""

    model = StoredAnswer
    owners = (StoredAnswer.user_id, StoredAnswer.subject_id)

    def is_over(self, now: datetime) -> ColumnElement[bool]:
        return StoredAnswer.expires_at <= now
