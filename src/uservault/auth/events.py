from typing import Literal, TypeAlias

from uservault.events.log import Event

Reason: TypeAlias = Literal[
    "credentials", "throttled", "deactivated", "unverified", "password_change"
]


class LoginSucceeded(Event):
    type = "login.succeeded"
    session: int


class LoginFailed(Event):
    """`throttled`: the user's names and addresses had too many tries together."""

    type = "login.failed"
    reason: Reason = "credentials"


class LoginThrottled(Event):
    """Recorded once in each window, at the first try over the limit."""

    type = "login.throttled"


class PasswordRehashed(Event):
    """The same password, stored by a better hash."""

    type = "password.rehashed"


class Reauthenticated(Event):
    """The password was checked again for a session that goes on."""

    type = "session.reauthenticated"


class ReauthenticationRefused(Event):
    type = "session.reauthentication_refused"


class ReauthenticationThrottled(Event):
    """Recorded once in each window, at the first try over the limit."""

    type = "session.reauthentication_throttled"


class TokenExchanged(Event):
    """An access token was exchanged for a short one for the service `audience`."""

    type = "token.exchanged"
    session: int
    audience: str
    permissions: list[str]
