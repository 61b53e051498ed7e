from datetime import datetime

from sqlalchemy import delete, update

from uservault.privacy.models import Erasure
from uservault.wiring.repository import Repository


class ErasureRepository(Repository[Erasure]):
    model = Erasure

    async def postpone(self, user_id: int, to: datetime) -> None:
        this = Erasure.user_id == user_id
        await self.session.execute(update(Erasure).where(this).values(due_at=to))

    async def remove(self, user_id: int) -> None:
        await self.session.execute(delete(Erasure).where(Erasure.user_id == user_id))
