from sqlalchemy import select

from uservault.recovery.models import QueuedEmailRequest
from uservault.wiring.repository import Repository


class EmailRequestRepository(Repository[QueuedEmailRequest]):
    model = QueuedEmailRequest

    async def next(self) -> QueuedEmailRequest | None:
        """The oldest request that no other worker has locked."""
        oldest = select(QueuedEmailRequest).order_by(QueuedEmailRequest.id).limit(1)
        return await self.session.scalar(oldest.with_for_update(skip_locked=True))
