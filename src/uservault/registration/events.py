from uservault.events.log import Event


class RegistrationThrottled(Event):
    """Likewise."""

    type = "registration.throttled"
