from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_

from uservault.sessions.models import Session
from uservault.wiring.sweep import Sweep

RETENTION = timedelta(days=30)  # after its end, for questions about what happened


class SessionSweep(Sweep):
    """Deletes sessions that ended long ago. None of their refresh tokens is valid any more."""

    model = Session
    owners = (Session.user_id,)

    def is_over(self, now: datetime) -> ColumnElement[bool]:
        end = now - RETENTION
        return or_(
            Session.expires_at < end,
            Session.revoked_at < end,
            Session.last_seen_at < end - self.settings.sessions.idle,
        )
