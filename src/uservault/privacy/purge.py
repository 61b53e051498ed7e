from uservault.audit.erasure import EventErasure
from uservault.events.log import EventLog
from uservault.mail.repository import MailRepository
from uservault.users.events import UserPurged
from uservault.users.models import User
from uservault.users.repository import UserRepository
from uservault.wiring.scope import Inject, injected


@injected
class Purge:
    """Forgets a user for good: the row with all that hangs on it, their e-mails, and what the
    record of events tells of their person."""

    users: Inject[UserRepository]
    mails: Inject[MailRepository]
    record: Inject[EventErasure]
    events: Inject[EventLog]

    async def purge(self, user: User) -> None:
        await self.mails.forget(user.id)
        await self.users.delete(user)
        self.events.record(UserPurged(subject_id=user.id))
        await self.record.forget(user.id)
