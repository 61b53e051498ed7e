from dataclasses import replace

from uservault.auth.authenticated import Authenticated
from uservault.auth.errors import LoginRefused
from uservault.auth.events import LoginFailed
from uservault.events.log import EventLog
from uservault.passwords.composed import composed
from uservault.passwords.errors import PasswordRefused
from uservault.passwords.service import PasswordService
from uservault.users.errors import UserNotFound
from uservault.users.reader import UserReader
from uservault.users.schemas import UserRead
from uservault.wiring.scope import Inject, Shared, injected


@injected
class PasswordChoice:
    """Another password, chosen with the login: for who has none that opens a session."""

    users: Shared[UserReader]
    passwords: Inject[PasswordService]
    events: Inject[EventLog]

    async def choose(self, proof: Authenticated, password: str, new: str) -> Authenticated:
        """The proof with the new password's hash. Holds no connection.

        The new one is looked at only after `password` was right, so a stranger learns nothing.
        Raises PasswordRefused, TooManyPasswords or LoginRefused.
        """
        try:
            hash = await self._hashed(proof.user_id, password, new)
        except PasswordRefused as refused:
            # It tells that the password was right: that must not pass without a trace.
            self.events.record(LoginFailed(subject_id=proof.user_id, reason="password_change"))
            refused.keep_writes = True
            raise
        return replace(proof, better_hash=None, new_hash=hash)

    async def _hashed(self, user_id: int, password: str, new: str) -> str:
        if composed(new) == composed(password):
            raise PasswordRefused("The new password is the one that you have.", "new_password")
        user = await self._user(user_id)
        return await self.passwords.check_and_hash(
            new, user.username, user.email, field="new_password"
        )

    async def _user(self, id: int) -> UserRead:
        try:
            return await self.users.get(id)
        except UserNotFound:  # deleted a moment ago
            raise LoginRefused from None
