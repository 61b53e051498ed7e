from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, repr=False)
class SessionGrant:
    """A live session, and its valid refresh token."""

    session_id: int
    user_id: int
    seconds_left: int
    authenticated_at: datetime
    methods: tuple[str, ...]
    refresh_token: str
