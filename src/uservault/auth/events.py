from typing import Literal

from uservault.events.log import Event


class LoginSucceeded(Event):
    type = "login.succeeded"
    session: int


class LoginFailed(Event):
    type = "login.failed"
    reason: Literal["credentials", "deactivated", "unverified"] = "credentials"


class LoginThrottled(Event):
    """Recorded once in each window that is full, however many tries there are."""

    type = "login.throttled"


class PasswordRehashed(Event):
    """The same password, kept by a better hash."""

    type = "password.rehashed"
