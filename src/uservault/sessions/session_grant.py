from dataclasses import dataclass


@dataclass(frozen=True, slots=True, repr=False)
class SessionGrant:
    """A live session, and the refresh token that is good for it now."""

    session_id: int
    user_id: int
    seconds_left: int
    refresh_token: str
