from uservault.events.log import Event


class PasswordChanged(Event):
    type = "password.changed"


class PasswordChangeRefused(Event):
    type = "password.change_refused"


class PasswordChangeThrottled(Event):
    """Recorded once per full window, for the first try that is refused."""

    type = "password.change_throttled"
