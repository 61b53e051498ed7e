from collections.abc import Iterator
from datetime import datetime, timedelta

from uservault.kit.identity import email_key
from uservault.limits.limit import Limit
from uservault.limits.throttle import Counted, Throttle
from uservault.one_time_tokens.purposes import Purpose
from uservault.telemetry.origin import Client
from uservault.wiring.ports import Resources


class EmailThrottle:
    """Limits e-mail requests per client and per address, whether or not a user has it.

    Strangers and users count apart, so that no stranger keeps a user from their own address (I8).
    """

    def __init__(self, resources: Resources) -> None:
        rates = resources.settings.limits
        self.now = resources.clock
        self.throttle = Throttle(resources.counters)
        self.client = Limit.parsed("letters-client", rates.letters_per_client)
        self.address = Limit.parsed("letters-address", rates.letters_per_address)

    async def admit(self, purpose: str, email: str, client: Client) -> None:
        """For a user's request. Raises TooManyTries."""
        await self.throttle.take(self.client, client.network)
        await self.throttle.take(self.address, purpose, email_key(email))

    async def admit_stranger(self, purpose: str, email: str, client: Client) -> bool:
        """For anybody's request. False: send nothing, and answer as ever: the last e-mail still
        works. Raises TooManyTries for the client.
        """
        await self.throttle.take(self.client, client.network)
        return await self.throttle.fits(self.address, "stranger", purpose, email_key(email))

    async def give_back(self, purpose: str, email: str, requested_at: datetime) -> None:
        """Uncounts a stranger's request whose e-mail was not sent, if that is still counted."""
        if self.now() < requested_at + timedelta(seconds=self.address.window):
            await self.throttle.give_back(self.address, "stranger", purpose, email_key(email))

    def of_client(self, client: Client) -> Iterator[Counted]:
        yield self.client, (client.network,)

    def of_address(self, email: str) -> Iterator[Counted]:
        """The counters of an address, for what is sent to a user's own."""
        for purpose in (Purpose.VERIFY_EMAIL, Purpose.RESET_PASSWORD):
            yield self.address, (purpose, email_key(email))
            yield self.address, ("stranger", purpose, email_key(email))


class ResetThrottle:
    """Limits the passwords tried with one one-time token, since each costs a hash."""

    def __init__(self, resources: Resources) -> None:
        self.throttle = Throttle(resources.counters)
        rate = resources.settings.limits.login_per_account_and_client
        self.limit = Limit.parsed("reset-password", rate)

    async def admit(self, token_id: int) -> None:
        """Raises TooManyTries."""
        await self.throttle.take(self.limit, str(token_id))


class CodeClientThrottle:
    """Limits the wrong codes from one client, whichever addresses they are sent with."""

    def __init__(self, resources: Resources) -> None:
        self.throttle = Throttle(resources.counters)
        rate = resources.settings.limits.login_per_client
        self.limit = Limit.parsed("code-client", rate)

    async def admit(self, client: Client) -> None:
        """Raises TooManyTries."""
        await self.throttle.take(self.limit, client.network)

    async def forgive(self, client: Client) -> None:
        """The code was right."""
        await self.throttle.give_back(self.limit, client.network)

    def of_client(self, client: Client) -> Iterator[Counted]:
        yield self.limit, (client.network,)
