from sqlalchemy import select

from uservault.account.models import LetterOrder
from uservault.kit.repository import Repository


class LetterOrderRepository(Repository[LetterOrder]):
    model = LetterOrder

    async def next(self) -> LetterOrder | None:
        """The oldest that nobody else is at."""
        oldest = select(LetterOrder).order_by(LetterOrder.id).limit(1)
        return await self.session.scalar(oldest.with_for_update(skip_locked=True))
