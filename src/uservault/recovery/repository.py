from datetime import datetime

from sqlalchemy import ColumnElement, or_, select

from uservault.recovery.models import QueuedEmailRequest
from uservault.wiring.repository import Repository


def due(now: datetime) -> ColumnElement[bool]:
    """Requests to handle: those that wait for another try, or are set aside, are not."""
    awaited = QueuedEmailRequest.retry_at
    return QueuedEmailRequest.failed_at.is_(None) & or_(awaited.is_(None), awaited <= now)


class EmailRequestRepository(Repository[QueuedEmailRequest]):
    model = QueuedEmailRequest

    async def next(self, now: datetime) -> QueuedEmailRequest | None:
        """The oldest due request that no other worker has locked."""
        oldest = select(QueuedEmailRequest).where(due(now)).order_by(QueuedEmailRequest.id)
        return await self.session.scalar(oldest.limit(1).with_for_update(skip_locked=True))
