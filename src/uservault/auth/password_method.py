from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from uservault.access.origin import CurrentOrigin
from uservault.auth.authenticated import Authenticated
from uservault.auth.errors import LoginRefused
from uservault.auth.events import LoginFailed, LoginThrottled, Reason
from uservault.auth.known_devices import KnownDevices
from uservault.events.log import EventLog
from uservault.limits.errors import TooManyTries
from uservault.passwords.login_attempt import LoginAttempt
from uservault.passwords.reader import CredentialReader
from uservault.passwords.stored_costs import StoredCosts
from uservault.passwords.throttle import LoginThrottle
from uservault.web.headers import AnswerHeaders
from uservault.wiring.scope import Hasher, Inject, Now, Shared, injected

PASSWORD = "pwd"  # noqa: S105 - its name in RFC 8176


@injected
class PasswordMethod:
    """Proves a user by a name or an address, and a password."""

    credentials: Shared[CredentialReader]
    costs: Shared[StoredCosts]
    devices: Shared[KnownDevices]
    throttle: Shared[LoginThrottle]
    hasher: Hasher
    events: Inject[EventLog]
    origin: CurrentOrigin
    headers: AnswerHeaders
    now: Now

    async def prove(
        self, name: str, password: str, device_token: str | None = None
    ) -> Authenticated:
        """Takes as long for an unknown name as for a wrong password. Holds no connection.

        Raises LoginRefused, TooManyTries or TooManyPasswords.
        """
        async with self._attempt(name) as attempt:
            await self.costs.tell()
            known = await self.credentials.find(name)
            user_id = known.user_id if known else None
            device = await self._device(device_token, user_id)
            admitted = await attempt.admit(user_id, device)
            hash = known.hash if known and admitted else None
            verdict = await self.hasher.verify(password, hash)
        if known is None or not admitted or not verdict.right:
            reason: Reason = "credentials" if admitted else "throttled"
            self.events.record(LoginFailed(subject_id=user_id, reason=reason))
            self.headers.update(attempt.headers)
            raise LoginRefused
        await attempt.forgive()
        return Authenticated(
            user_id=known.user_id,
            methods=(PASSWORD,),
            at=self.now(),
            hash=known.hash,
            better_hash=verdict.better_hash,
            device=device,
            must_change=known.must_change,
        )

    async def _device(self, token: str | None, user_id: int | None) -> str | None:
        """The id of a device on which this user logged in before."""
        device = await self.devices.recognise(token)
        return device.id if device and device.user_id == user_id else None

    @asynccontextmanager
    async def _attempt(self, name: str) -> AsyncIterator[LoginAttempt]:
        try:
            async with self.throttle.attempt(name, self.origin.client) as attempt:
                yield attempt
        except TooManyTries as refused:
            if refused.first:
                known = await self.credentials.find(name)
                self.events.record(LoginThrottled(subject_id=known.user_id if known else None))
            raise
