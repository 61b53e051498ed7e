from datetime import datetime

from sqlalchemy import Select, select

from uservault.events.log import EventLog
from uservault.privacy.events import RegistrationExpired
from uservault.privacy.purge import Purge
from uservault.registration.provisional_reader import PROVISIONAL
from uservault.users.models import User
from uservault.users.repository import UserRepository
from uservault.wiring.ports import Resources
from uservault.wiring.scope import scope

BATCH_SIZE = 100


def due(end: datetime) -> Select[int]:
    """Users who registered by themselves until then, and have neither logged in nor verified."""
    unseen = PROVISIONAL & (User.provisional_since <= end)
    return select(User.id).where(unseen).order_by(User.provisional_since)


class UnverifiedSweep:
    """Purges users USERVAULT_REGISTRATION__UNVERIFIED_DAYS after a sign-up that came to nothing.

    Their username and address are free at once: there is nothing to restore. They are not told,
    because the address may be a stranger's. Each has a transaction of their own.
    """

    def __init__(self, resources: Resources) -> None:
        self.resources = resources
        self.now = resources.clock
        self.lifetime = resources.settings.registration.unverified_lifetime

    async def run_once(self) -> int:
        """The number of users that were purged, at most BATCH_SIZE."""
        if self.lifetime is None:
            return 0
        these = due(self.now() - self.lifetime)
        rows = await self.resources.database.rows(these.limit(BATCH_SIZE))
        return sum([await self._purge(row.id, these) for row in rows])

    async def _purge(self, id: int, these: Select[int]) -> bool:
        """Whether the user still had not come when they were locked."""
        async with scope(self.resources) as made:
            user = await made.get(UserRepository).get(id)
            still = await made.session.scalar(these.where(User.id == id))
            if user is None or still is None:
                return False
            made.get(EventLog).record(RegistrationExpired(subject_id=id))
            await made.get(Purge).purge(user)
            return True
