from sqlalchemy import bindparam, select

from uservault.privacy.purge import Purge
from uservault.users.models import User
from uservault.users.repository import UserRepository
from uservault.wiring.ports import Resources
from uservault.wiring.scope import scope

BATCH_SIZE = 100
DUE = (
    select(User.id)
    .where(User.deleted_at <= bindparam("end"))
    .order_by(User.deleted_at)
    .limit(BATCH_SIZE)
)


class PurgeSweep:
    """Purges deleted users after their grace period, each in its own transaction."""

    def __init__(self, resources: Resources) -> None:
        self.resources = resources
        self.now = resources.clock
        self.grace = resources.settings.erasure_grace

    async def run_once(self) -> int:
        """The number of users that were due, at most BATCH_SIZE."""
        rows = await self.resources.database.rows(DUE, {"end": self.now() - self.grace})
        for row in rows:
            await self._purge(row.id)
        return len(rows)

    async def _purge(self, id: int) -> None:
        async with scope(self.resources) as made:
            user = await made.get(UserRepository).get_deleted(id, until=self.now() - self.grace)
            if user is not None:  # else restored or purged since
                await made.get(Purge).purge(user)
