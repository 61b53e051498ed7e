from sqlalchemy import delete, or_, select

from uservault.db.unit_of_work import unit_of_work
from uservault.mail.models import Mail
from uservault.wiring.ports import Resources

BATCH_SIZE = 500


class MailSweep:
    """Forgets e-mails that were sent or given up longer ago than they are to be listed."""

    def __init__(self, resources: Resources) -> None:
        self.database = resources.database
        self.now = resources.clock
        self.retention = resources.settings.mail.retention

    async def run_once(self) -> int:
        """The number of e-mails that were forgotten."""
        end = self.now() - self.retention
        over = or_(Mail.sent_at < end, Mail.failed_at < end)
        ids = [
            row[0]
            for row in await self.database.rows(select(Mail.id).where(over).limit(BATCH_SIZE))
        ]
        if ids:
            async with unit_of_work(self.database) as session:
                await session.execute(delete(Mail).where(Mail.id.in_(ids), over))
        return len(ids)
