from typing import Literal

from uservault.events.log import Event


class LoginSucceeded(Event):
    type = "login.succeeded"
    session: int


class LoginFailed(Event):
    type = "login.failed"
    reason: Literal["credentials", "deactivated", "unverified"] = "credentials"
