from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from uservault.access.origin import CurrentOrigin
from uservault.auth.authenticated import Authenticated
from uservault.auth.errors import LoginRefused
from uservault.auth.events import LoginFailed, LoginThrottled
from uservault.events.log import EventLog
from uservault.limits.errors import TooManyTries
from uservault.passwords.reader import CredentialReader
from uservault.passwords.stored_costs import StoredCosts
from uservault.passwords.throttle import LoginThrottle
from uservault.wiring.scope import Hasher, Inject, Now, Shared, injected

PASSWORD = "pwd"  # noqa: S105 - its name in RFC 8176


@injected
class PasswordMethod:
    """Proves a user by a name or an address, and a password."""

    credentials: Shared[CredentialReader]
    costs: Shared[StoredCosts]
    throttle: Shared[LoginThrottle]
    hasher: Hasher
    events: Inject[EventLog]
    origin: CurrentOrigin
    now: Now

    async def prove(self, name: str, password: str) -> Authenticated:
        """Takes as long for an unknown name as for a wrong password. Holds no connection.

        Raises LoginRefused, TooManyTries or TooManyPasswords.
        """
        async with self._counting(name):
            await self.costs.tell()
            known = await self.credentials.find(name)
            verdict = await self.hasher.verify(password, known.hash if known else None)
        if known is None or not verdict.right:
            self.events.record(LoginFailed(subject_id=known.user_id if known else None))
            raise LoginRefused
        await self.throttle.forgive(name, self.origin.client)
        methods = (PASSWORD,)
        return Authenticated(known.user_id, methods, self.now(), known.hash, verdict.better_hash)

    @asynccontextmanager
    async def _counting(self, name: str) -> AsyncIterator[None]:
        try:
            async with self.throttle.counting(name, self.origin.client):
                yield
        except TooManyTries as refused:
            if refused.first:
                known = await self.credentials.find(name)
                self.events.record(LoginThrottled(subject_id=known.user_id if known else None))
            raise
