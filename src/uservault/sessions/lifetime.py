"""When a session is live: not revoked, not expired, not idle for too long, its user active."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement

from uservault.sessions.models import Session
from uservault.wiring.ports import Resources


class SessionLifetime:
    """The rule, as a condition for the database and as a question about a row."""

    def __init__(self, resources: Resources) -> None:
        self.idle = resources.settings.sessions.idle

    def condition(self, now: datetime) -> ColumnElement[bool]:
        """Sessions that have not ended; whether the user is active is not looked at."""
        return (
            Session.revoked_at.is_(None)
            & (Session.expires_at > now)
            & (Session.last_seen_at > now - self.idle)
        )

    def is_live(self, row: Any, now: datetime) -> bool:
        """Of a row that was not revoked, with its times."""
        return bool(now < row.expires_at and now < row.last_seen_at + self.idle)
