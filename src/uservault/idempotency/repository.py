from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from uservault.idempotency.errors import IdempotencyKeyInUse
from uservault.idempotency.models import StoredAnswer
from uservault.wiring.repository import Repository


class StoredAnswerRepository(Repository[StoredAnswer]):
    model = StoredAnswer

    async def replace(self, row: StoredAnswer, now: datetime) -> None:
        """Store the answer in the place of an expired one.

        Raises IdempotencyKeyInUse if another request has stored one, or if the subject was purged.
        """
        await self.session.flush()  # so that a violated constraint below is one of ours
        expired = (StoredAnswer.key_hash == row.key_hash) & (StoredAnswer.expires_at <= now)
        await self.session.execute(delete(StoredAnswer).where(expired))
        try:
            await self.save(row)
        except IntegrityError:
            raise IdempotencyKeyInUse from None

    async def forget(self, caller_id: int) -> None:
        """Delete all answers to a user."""
        await self.session.execute(delete(StoredAnswer).where(StoredAnswer.user_id == caller_id))
