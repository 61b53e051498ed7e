from datetime import timedelta

from sqlalchemy import delete, select

from uservault.db.unit_of_work import unit_of_work
from uservault.invitations.models import Invitation
from uservault.wiring.ports import Resources

BATCH_SIZE = 500
RETENTION = timedelta(days=30)


class InvitationSweep:
    """Forgets invitations that nobody accepted, 30 days after they expired."""

    def __init__(self, resources: Resources) -> None:
        self.database = resources.database
        self.now = resources.clock

    async def run_once(self) -> int:
        """The number of invitations that were forgotten."""
        over = Invitation.expires_at < self.now() - RETENTION
        found = select(Invitation.id).where(over).limit(BATCH_SIZE)
        ids = [row.id for row in await self.database.rows(found)]
        if ids:
            async with unit_of_work(self.database) as session:
                await session.execute(delete(Invitation).where(Invitation.id.in_(ids), over))
        return len(ids)
