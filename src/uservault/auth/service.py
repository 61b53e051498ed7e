from dataclasses import dataclass
from typing import NoReturn

from uservault.access.origin import CurrentOrigin
from uservault.auth.devices import NewDevices
from uservault.auth.errors import AccountDeactivated, EmailUnverified, LoginRefused
from uservault.auth.events import LoginFailed, LoginSucceeded, LoginThrottled, PasswordRehashed
from uservault.events.log import EventLog
from uservault.limits.errors import TooManyTries
from uservault.passwords.reader import Credential, CredentialReader
from uservault.passwords.service import PasswordService
from uservault.passwords.throttle import LoginThrottle
from uservault.roles.reader import RoleReader
from uservault.sessions.service import SessionService
from uservault.sessions.session_grant import SessionGrant
from uservault.sessions.tokens import AccessToken, AccessTokens
from uservault.wiring.scope import CurrentSettings, Hasher, Inject, Shared


@dataclass(frozen=True, slots=True, repr=False)
class TokenPair:
    access_token: AccessToken
    refresh_token: str


class AuthService:
    """Proving who one is."""

    def __init__(
        self,
        credentials: Shared[CredentialReader],
        throttle: Shared[LoginThrottle],
        tokens: Shared[AccessTokens],
        roles: Shared[RoleReader],
        hasher: Hasher,
        passwords: Inject[PasswordService],
        sessions: Inject[SessionService],
        devices: Inject[NewDevices],
        events: Inject[EventLog],
        settings: CurrentSettings,
        origin: CurrentOrigin,
    ) -> None:
        self.credentials = credentials
        self.throttle = throttle
        self.tokens = tokens
        self.roles = roles
        self.hasher = hasher
        self.passwords = passwords
        self.sessions = sessions
        self.devices = devices
        self.events = events
        self.wants_verified = settings.registration.verify == "required"
        self.origin = origin

    async def login(self, name: str, password: str) -> TokenPair:
        """Opens a session.

        Raises LoginRefused, as slowly for a stranger as for a friend, AccountDeactivated or
        EmailUnverified to who knows the password, and TooManyTries.
        """
        await self._admit(name)
        known = await self.credentials.find(name)
        verdict = await self.hasher.verify(password, known.hash if known else None)
        if known is None or not verdict.right:
            self._refuse(known)
        await self.throttle.forgive(name, self.origin.address)
        if not known.is_active:
            self._turn_away(known)
        if self.wants_verified and not known.email_verified:
            self.events.record(LoginFailed(subject_id=known.user_id, reason="unverified"))
            raise EmailUnverified
        await self.tokens.prepare()
        if not await self.passwords.is_still(known.user_id, known.hash):
            self._refuse(known)  # or the old password would open one more session
        if verdict.better_hash:
            await self.passwords.upgrade(known.user_id, known.hash, verdict.better_hash)
            self.events.record(PasswordRehashed(subject_id=known.user_id))
        await self.devices.tell(known.user_id)
        opened = await self.sessions.open(known.user_id)
        self.events.record(LoginSucceeded(subject_id=known.user_id, session=opened.session_id))
        return await self._granted(opened)

    async def refresh(self, refresh_token: str) -> TokenPair:
        """Raises RefreshRefused."""
        await self.tokens.prepare()
        return await self._granted(await self.sessions.refresh(refresh_token))

    async def _granted(self, opened: SessionGrant) -> TokenPair:
        held = await self.roles.held_by(opened.user_id)
        access_token = await self.tokens.issue(opened, held)
        return TokenPair(access_token, opened.refresh_token)

    async def _admit(self, name: str) -> None:
        try:
            await self.throttle.admit(name, self.origin.address)
        except TooManyTries as refused:
            if refused.first:
                known = await self.credentials.find(name)
                self.events.record(LoginThrottled(subject_id=known.user_id if known else None))
            raise

    def _refuse(self, known: Credential | None) -> NoReturn:
        self.events.record(LoginFailed(subject_id=known.user_id if known else None))
        raise LoginRefused

    def _turn_away(self, known: Credential) -> NoReturn:
        self.events.record(LoginFailed(subject_id=known.user_id, reason="deactivated"))
        until = known.inactive_until.isoformat() if known.inactive_until else None
        raise AccountDeactivated(known.inactive_reason, until=until)
