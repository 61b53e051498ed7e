from uservault.audit.erasure import EventErasure
from uservault.events.log import EventLog
from uservault.mail.repository import MailRepository
from uservault.users.events import UserPurged
from uservault.users.models import User
from uservault.users.repository import UserRepository
from uservault.wiring.scope import Inject


class Purge:
    """Forgets a user for good: the row with all that hangs on it, their e-mails, and what the
    record of events tells of their person."""

    def __init__(
        self,
        users: Inject[UserRepository],
        mails: Inject[MailRepository],
        record: Inject[EventErasure],
        events: Inject[EventLog],
    ) -> None:
        self.users = users
        self.mails = mails
        self.record = record
        self.events = events

    async def purge(self, user: User) -> None:
        await self.mails.forget(user.id)
        await self.users.delete(user)
        self.events.record(UserPurged(subject_id=user.id))
        await self.record.forget(user.id)
