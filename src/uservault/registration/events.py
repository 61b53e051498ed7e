from uservault.events.log import Event


class RegistrationThrottled(Event):
    """Recorded once per full window, for the first try that is refused."""

    type = "registration.throttled"
