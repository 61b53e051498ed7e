from datetime import timedelta

from sqlalchemy import bindparam, select

from uservault.account.purger import Purger
from uservault.events.erasure import EventErasure
from uservault.events.log import EventLog
from uservault.kit.db import unit_of_work
from uservault.kit.ports import Resources
from uservault.mail.repository import LetterRepository
from uservault.users.models import User
from uservault.users.repository import UserRepository

AT_ONCE = 100
DUE = (
    select(User.id)
    .where(User.deleted_at <= bindparam("end"))
    .order_by(User.deleted_at)
    .limit(AT_ONCE)
)


class Purge:
    """Purges the users whose grace is over, each in a transaction of its own."""

    def __init__(self, resources: Resources) -> None:
        self.database = resources.database
        self.now = resources.clock
        self.sealer = resources.sealer
        self.grace = timedelta(days=resources.settings.erasure.grace_days)

    async def run_once(self) -> int:
        """The number of users that were due."""
        rows = await self.database.rows(DUE, {"end": self.now() - self.grace})
        for row in rows:
            await self._purge(row.id)
        return len(rows)

    async def _purge(self, id: int) -> None:
        async with unit_of_work(self.database) as session:
            users = UserRepository(session)
            user = await users.deleted(id, before=self.now() - self.grace)
            if user is None:  # restored meanwhile, or another worker was faster
                return
            events = EventLog(session, self.now, self.sealer)
            letters, record = LetterRepository(session), EventErasure(session, self.sealer)
            await Purger(users, letters, record, events).purge(user)
