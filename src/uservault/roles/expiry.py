from sqlalchemy import select

from uservault.roles.grant_repository import EXPIRED, GrantRepository
from uservault.roles.granting import Granting
from uservault.roles.models import UserRole
from uservault.wiring.ports import Resources
from uservault.wiring.scope import scope

WAITING = select(UserRole.user_id).where(EXPIRED).limit(1)


class GrantExpiry:
    """Records the end of grants that are over, a batch per run.

    A grant ends by its time, whether this job runs or not.
    """

    def __init__(self, resources: Resources) -> None:
        self.resources = resources
        self.now = resources.clock

    async def run_once(self) -> int:
        """The number of ends that it recorded."""
        if not await self.resources.database.rows(WAITING, {"now": self.now()}):
            return 0
        async with scope(self.resources) as made:
            expired = await made.get(GrantRepository).lock_expired()
            return await made.get(Granting).record_expired(expired)
