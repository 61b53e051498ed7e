from uservault.events.log import Event


class RegistrationThrottled(Event):
    """Recorded once per full window, for the first try that is refused."""

    type = "registration.throttled"


class RegistrationMoved(Event):
    """Somebody registered again with their username and password, and another address."""

    type = "registration.moved"


class UsernameRefused(Event):
    """Somebody registered with a taken username, and did not prove that it is theirs.

    The subject is the user, if they have neither verified an address nor logged in.
    """

    type = "registration.username_refused"
