from uservault.limits.throttle import Limit, Throttle, client
from uservault.wiring.ports import Resources


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
