from uservault.kit.identity import email_key
from uservault.kit.ports import Resources
from uservault.limits.throttle import Limit, Throttle, client


class RegistrationThrottle:
    """Accounts that one address creates, and names and addresses that it finds to be taken."""

    def __init__(self, resources: Resources) -> None:
        rates = resources.settings.limits
        self.throttle = Throttle(resources.counters)
        self.created = Limit.parsed("register", rates.register_per_client)
        self.refused = Limit.parsed("register-refused", rates.register_refused_per_client)

    async def admit(self, address: str | None) -> None:
        """Counts the try before its password is hashed. Raises TooManyTries."""
        await self.throttle.take(self.refused, client(address))
        await self.throttle.take(self.created, client(address))

    async def count_created(self, address: str | None) -> None:
        await self.throttle.give_back(self.refused, client(address))

    async def count_refused(self, address: str | None) -> None:
        await self.throttle.give_back(self.created, client(address))

    async def admit_change(self, address: str | None) -> None:
        """A user's new name or address can be found to be taken, too. Raises TooManyTries."""
        await self.throttle.take(self.refused, client(address))

    async def count_changed(self, address: str | None) -> None:
        await self.throttle.give_back(self.refused, client(address))


class PasswordThrottle:
    """Guesses at the password of a user, made with their access token."""

    def __init__(self, resources: Resources) -> None:
        self.throttle = Throttle(resources.counters)
        rate = resources.settings.limits.login_per_account_and_client
        self.limit = Limit.parsed("current-password", rate)

    async def admit(self, user_id: int) -> None:
        """Counts the try before its password is looked at. Raises TooManyTries."""
        await self.throttle.take(self.limit, str(user_id))

    async def forgive(self, user_id: int) -> None:
        await self.throttle.forget(self.limit, str(user_id))


class LetterThrottle:
    """Letters that strangers have sent, by one client and to one address, known here or not."""

    def __init__(self, resources: Resources) -> None:
        rates = resources.settings.limits
        self.throttle = Throttle(resources.counters)
        self.client = Limit.parsed("letters-client", rates.letters_per_client)
        self.address = Limit.parsed("letters-address", rates.letters_per_address)

    async def admit(self, kind: str, to: str, client: str | None) -> None:
        """Raises TooManyTries."""
        await self.throttle.take(self.client, client)
        await self.throttle.take(self.address, kind, email_key(to))


class ResetThrottle:
    """New passwords that are tried with one letter: each costs a hash."""

    def __init__(self, resources: Resources) -> None:
        self.throttle = Throttle(resources.counters)
        rate = resources.settings.limits.login_per_account_and_client
        self.limit = Limit.parsed("reset-password", rate)

    async def admit(self, ticket_id: int) -> None:
        """Raises TooManyTries."""
        await self.throttle.take(self.limit, str(ticket_id))
