from sqlalchemy import delete, or_, select

from uservault.kit.db import unit_of_work
from uservault.kit.ports import Resources
from uservault.mail.models import Letter

AT_ONCE = 500


class MailSweep:
    """Forgets letters that were sent or given up longer ago than they are to be listed."""

    def __init__(self, resources: Resources) -> None:
        self.database = resources.database
        self.now = resources.clock
        self.retention = resources.settings.mail.retention

    async def run_once(self) -> int:
        """The number of letters that were forgotten."""
        end = self.now() - self.retention
        over = or_(Letter.sent_at < end, Letter.failed_at < end)
        ids = [
            row[0] for row in await self.database.rows(select(Letter.id).where(over).limit(AT_ONCE))
        ]
        if ids:
            async with unit_of_work(self.database) as session:
                await session.execute(delete(Letter).where(Letter.id.in_(ids), over))
        return len(ids)
