from uservault.events.log import Event


class PasswordResetRequested(Event):
    type = "password.reset_requested"


class EmailProposed(Event):
    """Another address replaces the user's once it is verified."""

    type = "email.proposed"


class EmailCodeRefused(Event):
    """Sent with the address and without a login. No subject: the address is unknown."""

    type = "email.code_refused"


class PasswordReset(Event):
    """With a one-time token, from an e-mail or an administrator, not with the old password."""

    type = "password.reset"
