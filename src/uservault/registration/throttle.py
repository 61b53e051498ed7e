from collections.abc import Iterator

from uservault.limits.limit import Limit
from uservault.limits.throttle import Counted, Throttle
from uservault.telemetry.origin import Client
from uservault.wiring.ports import Resources


class RegistrationThrottle:
    """Limits per client the accounts created and the usernames and e-mails found to be taken."""

    def __init__(self, resources: Resources) -> None:
        rates = resources.settings.limits
        self.throttle = Throttle(resources.counters)
        self.created = Limit.parsed("register", resources.settings.register_per_client)
        self.refused = Limit.parsed("register-refused", rates.register_refused_per_client)

    async def admit(self, client: Client) -> None:
        """Counts the try against both limits, before the password is hashed. Raises TooManyTries.

        `count_created` and `count_refused` take it back from the limit that does not apply.
        """
        await self.throttle.take(self.refused, client.network)
        await self.throttle.take(self.created, client.network)

    async def count_created(self, client: Client) -> None:
        await self.throttle.give_back(self.refused, client.network)

    async def count_refused(self, client: Client) -> None:
        await self.throttle.give_back(self.created, client.network)

    async def admit_change(self, client: Client) -> None:
        """Counts a change too, since it can reveal taken names and e-mails. Raises TooManyTries."""
        await self.throttle.take(self.refused, client.network)

    async def count_changed(self, client: Client) -> None:
        await self.throttle.give_back(self.refused, client.network)

    def of_client(self, client: Client) -> Iterator[Counted]:
        yield self.refused, (client.network,)
        yield self.created, (client.network,)
