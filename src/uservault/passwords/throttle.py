from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from uservault.kit.identity import login_key
from uservault.kit.problems import Unavailable
from uservault.limits.throttle import Limit, Throttle
from uservault.telemetry.origin import Client
from uservault.wiring.ports import Resources


class LoginThrottle:
    """Limits failed logins per name and client, per name, and per client.

    Unknown names count too. An attacker with one address cannot exhaust the limit per name, so they
    cannot lock a user out elsewhere.
    """

    def __init__(self, resources: Resources) -> None:
        rates = resources.settings.limits
        self.throttle = Throttle(resources.counters)
        self.pair = Limit.parsed("login-pair", rates.login_per_account_and_client)
        self.account = Limit.parsed("login-account", rates.login_per_account)
        self.client = Limit.parsed("login-client", rates.login_per_client)

    async def admit(self, name: str, client: Client) -> None:
        """Counts the try, before the password is verified. Raises TooManyTries."""
        key, _ = login_key(name)
        await self.throttle.take(self.client, client.network)
        await self.throttle.take(self.pair, key, client.network)
        await self.throttle.take(self.account, key)

    @asynccontextmanager
    async def counting(self, name: str, client: Client) -> AsyncIterator[None]:
        """Counts the try, unless we cannot look at it (I8). Raises TooManyTries."""
        await self.admit(name, client)
        try:
            yield
        except Unavailable:
            key, _ = login_key(name)
            await self.throttle.give_back(self.client, client.network)
            await self.throttle.give_back(self.pair, key, client.network)
            await self.throttle.give_back(self.account, key)
            raise

    async def pardon(self, client: Client, *names: str) -> None:
        """Clears the limits of these names: this client proved to own them."""
        for name in names:
            key, _ = login_key(name)
            await self.throttle.forget(self.pair, key, client.network)
            await self.throttle.forget(self.account, key)

    async def forgive(self, name: str, client: Client) -> None:
        """Takes the try back: the password was right."""
        key, _ = login_key(name)
        await self.throttle.give_back(self.client, client.network)
        await self.throttle.forget(self.pair, key, client.network)
        await self.throttle.give_back(self.account, key)


class PasswordThrottle:
    """Limits the tries of a user's current password, made with their access token."""

    def __init__(self, resources: Resources) -> None:
        self.throttle = Throttle(resources.counters)
        rate = resources.settings.limits.login_per_account_and_client
        self.limit = Limit.parsed("current-password", rate)

    @asynccontextmanager
    async def counting(self, user_id: int) -> AsyncIterator[None]:
        """Counts the try, unless we cannot look at it (I8). Raises TooManyTries."""
        await self.throttle.take(self.limit, str(user_id))
        try:
            yield
        except Unavailable:
            await self.throttle.give_back(self.limit, str(user_id))
            raise

    async def forgive(self, user_id: int) -> None:
        await self.throttle.forget(self.limit, str(user_id))
