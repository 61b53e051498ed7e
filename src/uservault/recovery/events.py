from uservault.events.log import Event


class PasswordResetRequested(Event):
    type = "password.reset_requested"


class PasswordReset(Event):
    """With what was mailed to their address."""

    type = "password.reset"
