from uservault.events.log import Event


class PasswordSet(Event):
    """By somebody else than the user, who must choose another one if `must_change`."""

    type = "password.set"
    must_change: bool


class PasswordResetLinkMade(Event):
    """For handing over: no e-mail had it."""

    type = "password.reset_link_made"
