from uservault.events.erasure import EventErasure
from uservault.events.log import EventLog
from uservault.kit.wiring import Inject
from uservault.mail.repository import LetterRepository
from uservault.users.events import UserPurged
from uservault.users.models import User
from uservault.users.repository import UserRepository


class Purger:
    """Forgets a user for good: the row with all that hangs on it, their letters, and what the
    record of events tells of their person."""

    def __init__(
        self,
        users: Inject[UserRepository],
        letters: Inject[LetterRepository],
        record: Inject[EventErasure],
        events: Inject[EventLog],
    ) -> None:
        self.users = users
        self.letters = letters
        self.record = record
        self.events = events

    async def purge(self, user: User) -> None:
        await self.letters.forget(user.id)
        await self.users.delete(user)
        self.events.record(UserPurged(subject_id=user.id))
        await self.record.forget(user.id)
