from uservault.events.log import Event


class PasswordChanged(Event):
    type = "password.changed"


class PasswordChangeRefused(Event):
    type = "password.change_refused"


class PasswordChangeThrottled(Event):
    """Recorded once in each window that is full, however many tries there are."""

    type = "password.change_throttled"
