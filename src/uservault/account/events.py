from uservault.events.log import Event


class PasswordChanged(Event):
    type = "password.changed"


class PasswordChangeRefused(Event):
    type = "password.change_refused"


class PasswordResetRequested(Event):
    type = "password.reset_requested"


class PasswordReset(Event):
    """With what was mailed to their address."""

    type = "password.reset"


class PasswordChangeThrottled(Event):
    """Recorded once in each window that is full, however many tries there are."""

    type = "password.change_throttled"


class RegistrationThrottled(Event):
    """Likewise."""

    type = "registration.throttled"
