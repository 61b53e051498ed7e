from uservault.access.origin import CurrentOrigin
from uservault.auth.authenticated import Authenticated
from uservault.auth.errors import LoginRefused
from uservault.auth.events import LoginFailed, LoginThrottled
from uservault.events.log import EventLog
from uservault.limits.errors import TooManyTries
from uservault.passwords.hasher import TooManyPasswords
from uservault.passwords.reader import CredentialReader
from uservault.passwords.throttle import LoginThrottle
from uservault.wiring.ports import Verdict
from uservault.wiring.scope import Hasher, Inject, Now, Shared, injected

PASSWORD = "pwd"  # noqa: S105 - its name in RFC 8176


@injected
class PasswordMethod:
    """Proves a user by a name or an address, and a password."""

    credentials: Shared[CredentialReader]
    throttle: Shared[LoginThrottle]
    hasher: Hasher
    events: Inject[EventLog]
    origin: CurrentOrigin
    now: Now

    async def prove(self, name: str, password: str) -> Authenticated:
        """Takes as long for an unknown name as for a wrong password. Holds no connection.

        Raises LoginRefused, TooManyTries or TooManyPasswords.
        """
        await self._admit(name)
        known = await self.credentials.find(name)
        verdict = await self._verify(name, password, known.hash if known else None)
        if known is None or not verdict.right:
            self.events.record(LoginFailed(subject_id=known.user_id if known else None))
            raise LoginRefused
        await self.throttle.forgive(name, self.origin.client)
        methods = (PASSWORD,)
        return Authenticated(known.user_id, methods, self.now(), known.hash, verdict.better_hash)

    async def _verify(self, name: str, password: str, hash: str | None) -> Verdict:
        try:
            return await self.hasher.verify(password, hash)
        except TooManyPasswords:  # our own overload is no failed try (I8)
            await self.throttle.take_back(name, self.origin.client)
            raise

    async def _admit(self, name: str) -> None:
        try:
            await self.throttle.admit(name, self.origin.client)
        except TooManyTries as refused:
            if refused.first:
                known = await self.credentials.find(name)
                self.events.record(LoginThrottled(subject_id=known.user_id if known else None))
            raise
