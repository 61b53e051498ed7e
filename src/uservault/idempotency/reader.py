from fastapi import Response
from sqlalchemy import bindparam, select

from uservault.idempotency.answer import Answer
from uservault.idempotency.attempt import Attempt
from uservault.idempotency.errors import IdempotencyKeyReused
from uservault.idempotency.models import StoredAnswer
from uservault.kit.crypto import Unsealable
from uservault.wiring.ports import Resources

LIVE = select(StoredAnswer.sealed).where(
    StoredAnswer.key_hash == bindparam("key_hash"), StoredAnswer.expires_at > bindparam("now")
)


class StoredAnswerReader:
    def __init__(self, resources: Resources) -> None:
        self.database = resources.database
        self.sealer = resources.sealer
        self.now = resources.clock

    async def to(self, attempt: Attempt) -> Response | None:
        """The response that the request has had, if any. Raises IdempotencyKeyReused."""
        given = {"key_hash": attempt.key_hash, "now": self.now()}
        rows = await self.database.rows(LIVE, given)
        return self._replayed(rows[0].sealed, attempt) if rows else None

    def _replayed(self, sealed: str, attempt: Attempt) -> Response:
        try:
            answer = Answer.opened(sealed, attempt.key_hash, self.sealer)
        except Unsealable:  # the sealing key was replaced; whose request it was is not known
            raise IdempotencyKeyReused from None
        if answer.fingerprint != attempt.fingerprint:
            raise IdempotencyKeyReused
        return answer.response()
