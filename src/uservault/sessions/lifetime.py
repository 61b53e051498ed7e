"""When a session is live: not revoked, not expired, not idle for too long, its user active."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement

from uservault.sessions.models import Session
from uservault.settings.tokens import LONGEST
from uservault.wiring.ports import Resources

# Other services have clocks of their own, and `last_seen_at` may be a minute old.
MARGIN = timedelta(minutes=2)


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

    def may_have_tokens(self, now: datetime) -> ColumnElement[bool]:
        """Sessions to revoke: the live ones, and those whose last token other services may still
        accept, since a session can end by idling before its token does."""
        idle = max(self.idle, LONGEST)
        return (
            Session.revoked_at.is_(None)
            & (Session.expires_at > now - MARGIN)
            & (Session.last_seen_at > now - MARGIN - idle)
        )

    def is_live(self, row: Any, now: datetime) -> bool:
        """Of a row that was not revoked, with its times."""
        return bool(now < row.expires_at and now < row.last_seen_at + self.idle)
