from uservault.access.principal import Principal
from uservault.account.events import PasswordChangeRefused, PasswordChangeThrottled
from uservault.db.errors import ConcurrentChange
from uservault.events.log import EventLog
from uservault.events.refusals import first_refusal_recorded
from uservault.mail import messages
from uservault.mail.notices import Notices
from uservault.mail.recipient import Recipient
from uservault.passwords.errors import CurrentPasswordWrong
from uservault.passwords.events import PasswordChanged
from uservault.passwords.reader import CredentialReader
from uservault.passwords.service import PasswordService
from uservault.passwords.throttle import PasswordThrottle
from uservault.sessions.service import SessionService
from uservault.users.reader import UserReader
from uservault.wiring.scope import Hasher, Inject, Shared, injected


@injected
class PasswordChange:
    """Changes a password. It asks for the current one: a stolen access token is not enough."""

    credentials: Shared[CredentialReader]
    users: Shared[UserReader]
    throttle: Shared[PasswordThrottle]
    hasher: Hasher
    passwords: Inject[PasswordService]
    sessions: Inject[SessionService]
    notices: Inject[Notices]
    events: Inject[EventLog]

    async def change(self, me: Principal, current: str, new: str) -> None:
        """Raises CurrentPasswordWrong, PasswordRefused, ConcurrentChange, TooManyTries or
        TooManyPasswords."""
        with first_refusal_recorded(self.events, PasswordChangeThrottled(subject_id=me.user_id)):
            async with self.throttle.counting(me.user_id):
                user = await self.users.get(me.user_id)
                credential = await self.credentials.of(me.user_id)
                verdict = await self.hasher.verify(current, credential.hash if credential else None)
        if credential is None or not verdict.right:
            self.events.record(PasswordChangeRefused(subject_id=me.user_id))
            raise CurrentPasswordWrong
        await self.throttle.forgive(me.user_id)
        hash = await self.passwords.check_and_hash(
            new, user.username, user.email, field="new_password"
        )
        await self.sessions.revoke_others(me.user_id, me.session_id, "password changed")
        if not await self.passwords.replace(me.user_id, credential.hash, hash):
            raise ConcurrentChange
        self.events.record(PasswordChanged(subject_id=me.user_id))
        notice = messages.PasswordChanged(username=user.username)
        await self.notices.tell(notice, Recipient.of(user))
