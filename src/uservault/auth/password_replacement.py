from uservault.auth.authenticated import Authenticated
from uservault.auth.errors import LoginRefused
from uservault.events.log import EventLog
from uservault.mail import messages
from uservault.mail.notices import Notices
from uservault.mail.recipient import Recipient
from uservault.passwords.events import PasswordChanged
from uservault.passwords.service import PasswordService
from uservault.sessions.service import SessionService
from uservault.users.models import User
from uservault.users.repository import UserRepository
from uservault.wiring.scope import Inject, injected


@injected
class PasswordReplacement:
    """Replaces the password with which the user logs in, and ends what it had opened."""

    users: Inject[UserRepository]
    passwords: Inject[PasswordService]
    sessions: Inject[SessionService]
    notices: Inject[Notices]
    events: Inject[EventLog]

    async def apply(self, user: User, proof: Authenticated) -> None:
        """If the proof has a new hash. The user is locked, and passed every stage."""
        if not proof.hash or not proof.new_hash:
            return
        if not await self.passwords.replace(user.id, proof.hash, proof.new_hash):
            raise LoginRefused
        await self.sessions.revoke_all(user.id, "password changed")
        await self.users.read_epoch(user)
        self.events.record(PasswordChanged(subject_id=user.id))
        notice = messages.PasswordChanged(username=user.username)
        await self.notices.tell(notice, Recipient.of(user))
