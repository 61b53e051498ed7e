from uservault.events.log import Event


class PasswordResetRequested(Event):
    type = "password.reset_requested"


class PasswordReset(Event):
    """With the one-time token from the e-mail, not with the old password."""

    type = "password.reset"
