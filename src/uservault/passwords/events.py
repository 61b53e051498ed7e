from uservault.events.log import Event


class PasswordChanged(Event):
    """By the user, who knew the one before."""

    type = "password.changed"
