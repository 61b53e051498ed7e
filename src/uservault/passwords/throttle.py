from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import chain

from uservault.limits.limit import Limit
from uservault.limits.throttle import Counted, Throttle
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
        counters = chain(
            self.of_user(user_id, client), *(self.of_name(name, client) for name in names)
        )
        for limit, what in counters:
            await self.throttle.forget(limit, *what)

    def of_user(self, user_id: int, client: Client | None) -> Iterator[Counted]:
        """The counters of all their names, everywhere and at the client."""
        yield from self._of(user_counter(user_id), client)

    def of_name(self, name: str, client: Client | None) -> Iterator[Counted]:
        """The counters of one name, everywhere and at the client."""
        yield from self._of(name_counter(name), client)

    def of_client(self, client: Client) -> Iterator[Counted]:
        yield self.limits.client, (client.network,)

    def _of(self, owner: tuple[str, str], client: Client | None) -> Iterator[Counted]:
        yield self.limits.anywhere, owner
        if client:
            yield self.limits.near, (*owner, client.network)


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

    def of_user(self, user_id: int) -> Iterator[Counted]:
        yield self.limit, (str(user_id),)
