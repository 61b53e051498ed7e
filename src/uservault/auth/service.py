from uservault.access.origin import CurrentOrigin
from uservault.auth.errors import LoginRefused
from uservault.auth.events import LoginFailed, LoginSucceeded
from uservault.auth.throttle import LoginThrottle
from uservault.events.log import EventLog
from uservault.kit.wiring import Hasher, Inject, Shared
from uservault.passwords.reader import CredentialReader
from uservault.passwords.service import PasswordService
from uservault.sessions.tokens import AccessToken, AccessTokens


class AuthService:
    """Proving who one is."""

    def __init__(
        self,
        credentials: Shared[CredentialReader],
        throttle: Shared[LoginThrottle],
        tokens: Shared[AccessTokens],
        hasher: Hasher,
        passwords: Inject[PasswordService],
        events: Inject[EventLog],
        origin: CurrentOrigin,
    ) -> None:
        self.credentials = credentials
        self.throttle = throttle
        self.tokens = tokens
        self.hasher = hasher
        self.passwords = passwords
        self.events = events
        self.origin = origin

    async def login(self, name: str, password: str) -> AccessToken:
        """Raises LoginRefused, as slowly for a stranger as for a friend, and TooManyTries."""
        await self.throttle.admit(name, self.origin.address)
        known = await self.credentials.find(name)
        verdict = await self.hasher.verify(password, known.hash if known else None)
        if known is None or not verdict.right or not known.is_active:
            self.events.record(LoginFailed(subject_id=known.user_id if known else None))
            raise LoginRefused
        await self.throttle.forgive(name, self.origin.address)
        if verdict.better_hash:
            await self.passwords.upgrade(known.user_id, known.hash, verdict.better_hash)
        self.events.record(LoginSucceeded(subject_id=known.user_id))
        return await self.tokens.issue(known.user_id)
