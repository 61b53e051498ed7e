from dataclasses import dataclass

from uservault.auth.authenticated import Authenticated
from uservault.auth.devices import NewDevices
from uservault.auth.errors import LoginRefused, MoreProofNeeded
from uservault.auth.events import LoginFailed, LoginSucceeded, PasswordRehashed
from uservault.auth.known_devices import KnownDevices
from uservault.auth.password_replacement import PasswordReplacement
from uservault.auth.pending import PendingLogins
from uservault.auth.stages import Stages
from uservault.auth.token_pairs import TokenPair, TokenPairs
from uservault.events.log import EventLog
from uservault.kit.problems import Problem
from uservault.passwords.service import PasswordService
from uservault.sessions.service import SessionService
from uservault.users.models import User
from uservault.users.repository import UserRepository
from uservault.wiring.scope import Inject, Shared, injected


@dataclass(frozen=True, slots=True, repr=False)
class LoggedIn:
    """The tokens of the new session, and what makes the device known to the next login."""

    tokens: TokenPair
    device_token: str


@injected
class Login:
    """From what a login method proved to a session, through every stage."""

    users: Inject[UserRepository]
    stages: Inject[Stages]
    pending: Inject[PendingLogins]
    passwords: Inject[PasswordService]
    replacement: Inject[PasswordReplacement]
    new_devices: Inject[NewDevices]
    known_devices: Shared[KnownDevices]
    sessions: Inject[SessionService]
    pairs: Inject[TokenPairs]
    events: Inject[EventLog]

    async def complete(self, proof: Authenticated) -> LoggedIn:
        """Opens a session. Raises the problem of the first stage that fails, or LoginRefused."""
        await self.pairs.prepare()
        user = await self._pass_stages(proof)
        await self._upgrade(proof)
        await self.replacement.apply(user, proof)
        await self.new_devices.tell(proof.user_id)
        opened = await self.sessions.open(proof.user_id, proof.at, proof.methods)
        await self.users.note_login(user.id, proof.at)
        self.events.record(LoginSucceeded(subject_id=proof.user_id, session=opened.session_id))
        device_token = self.known_devices.issue(user.id, user.credential_epoch, proof.device)
        return LoggedIn(await self.pairs.of(opened), device_token)

    async def _pass_stages(self, proof: Authenticated) -> User:
        user = await self.users.get_any(proof.user_id)
        if user is None:
            self.events.record(LoginFailed(subject_id=None))
            raise LoginRefused
        for stage in self.stages:
            try:
                await stage.check(user, proof)
            except MoreProofNeeded as needed:
                raise needed.going_on_with(await self.pending.keep(proof)) from None
            except Problem:
                self.events.record(LoginFailed(subject_id=user.id, reason=stage.reason))
                raise
        return user

    async def _upgrade(self, proof: Authenticated) -> None:
        if proof.hash and proof.better_hash:
            await self.passwords.upgrade(proof.user_id, proof.hash, proof.better_hash)
            self.events.record(PasswordRehashed(subject_id=proof.user_id))
