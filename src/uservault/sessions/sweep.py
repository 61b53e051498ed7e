from datetime import timedelta

from sqlalchemy import delete, or_, select

from uservault.db.unit_of_work import unit_of_work
from uservault.sessions.models import Session
from uservault.wiring.ports import Resources

RETENTION = timedelta(days=30)  # after its end, for whoever asks what happened
BATCH_SIZE = 500


class SessionSweep:
    """Forgets sessions that ended long ago. No refresh token of theirs is good any more."""

    def __init__(self, resources: Resources) -> None:
        self.database = resources.database
        self.now = resources.clock
        self.idle = resources.settings.sessions.idle

    async def run_once(self) -> int:
        """The number of sessions that were forgotten."""
        end = self.now() - RETENTION
        over = or_(
            Session.expires_at < end,
            Session.revoked_at < end,
            Session.last_seen_at < end - self.idle,
        )
        found = select(Session.id).where(over).order_by(Session.id).limit(BATCH_SIZE)
        ids = [row.id for row in await self.database.rows(found)]
        if ids:
            async with unit_of_work(self.database) as session:
                await session.execute(delete(Session).where(Session.id.in_(ids), over))
        return len(ids)
