from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class LiveSession:
    """What an access token says of a session."""

    session_id: int
    user_id: int
    seconds_left: int
    authenticated_at: datetime
    methods: tuple[str, ...]


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class SessionGrant(LiveSession):
    """A live session, and its valid refresh token."""

    refresh_token: str
