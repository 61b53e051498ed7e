from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from uservault.limits.limit import Limit
from uservault.limits.throttle import Throttle
from uservault.passwords.login_attempt import (
    LoginAttempt,
    LoginLimits,
    name_counter,
    user_counter,
)
from uservault.telemetry.origin import Client
from uservault.wiring.ports import Resources


class LoginThrottle:
    """Limits failed logins per name and client, per name, and per client.

    Unknown names count too. An attacker with one address cannot exhaust the limit per name, so they
    cannot lock a user out elsewhere. A device on which the user logged in before counts apart, so
    that nobody locks them out there (I8).
    """

    def __init__(self, resources: Resources) -> None:
        self.throttle = Throttle(resources.counters)
        self.limits = LoginLimits.set_by(resources.settings.limits)

    @asynccontextmanager
    async def attempt(self, name: str, client: Client) -> AsyncIterator[LoginAttempt]:
        """Counts the try for the client. Gives all back if we cannot look at it (I8).

        Raises TooManyTries.
        """
        async with self.throttle.counting() as tries:
            attempt = LoginAttempt(tries, self.limits, name, client)
            await attempt.begin()
            yield attempt

    async def pardon(self, client: Client, user_id: int, *names: str) -> None:
        """Clears the limits of the user and of their names: this client proved to own them."""
        for owner in (user_counter(user_id), *map(name_counter, names)):
            await self.throttle.forget(self.limits.near, *owner, client.network)
            await self.throttle.forget(self.limits.anywhere, *owner)


class PasswordThrottle:
    """Limits the tries of a user's current password, made with their access token."""

    def __init__(self, resources: Resources) -> None:
        self.throttle = Throttle(resources.counters)
        rate = resources.settings.limits.login_per_account_and_client
        self.limit = Limit.parsed("current-password", rate)

    @asynccontextmanager
    async def counting(self, user_id: int) -> AsyncIterator[None]:
        """Counts the try, unless we cannot look at it (I8). Raises TooManyTries."""
        async with self.throttle.counting() as tries:
            await tries.take(self.limit, str(user_id))
            yield

    async def forgive(self, user_id: int) -> None:
        await self.throttle.forget(self.limit, str(user_id))
