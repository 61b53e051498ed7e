from uservault.events.log import Event


class RegistrationExpired(Event):
    """The user never verified an address nor logged in. They are purged."""

    type = "registration.expired"
