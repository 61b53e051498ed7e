from uservault.events.log import Event


class EmailAdded(Event):
    """It is not verified yet: see `email.verified`."""

    type = "email.added"


class EmailRemoved(Event):
    type = "email.removed"


class PasswordChangeRefused(Event):
    type = "password.change_refused"


class PasswordChangeThrottled(Event):
    """Recorded once per full window, for the first try that is refused."""

    type = "password.change_throttled"
