from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any

from fastapi import Request, Response

from uservault.db.unit_of_work import roll_back
from uservault.idempotency.answer import Answer
from uservault.idempotency.attempt import Attempt
from uservault.idempotency.errors import IdempotencyKeyInUse
from uservault.idempotency.models import StoredAnswer
from uservault.idempotency.reader import StoredAnswerReader
from uservault.idempotency.repository import StoredAnswerRepository
from uservault.kit.problems import Problem
from uservault.web.finishing import before_commit
from uservault.wiring.scope import Inject, Now, Sealing, Shared, WriteSession, injected

LIFETIME = timedelta(hours=24)


@injected
class IdempotencyService:
    """Does a deed once for each key, and stores its answer in the same transaction.

    The answer is stored last, so that no connection is held while a password is hashed.
    """

    stored: Shared[StoredAnswerReader]
    answers: Inject[StoredAnswerRepository]
    session: WriteSession
    sealer: Sealing
    now: Now

    async def once(
        self, attempt: Attempt, deed: Callable[[], Awaitable[Any]], *, claimed: bool
    ) -> Any:
        """The deed's result, or the stored response.

        Raises IdempotencyKeyReused; IdempotencyKeyInUse unless the attempt has `claimed` its key.
        """
        if response := await self.stored.to(attempt):
            return response
        if not claimed:
            raise IdempotencyKeyInUse
        try:
            return await deed()
        except Problem:
            # Another process may have been first: then its answer counts, not our conflict.
            if response := await self.stored.to(attempt):
                await roll_back(self.session)
                return response
            raise

    def keep(self, request: Request, attempt: Attempt, subject_id: int | None) -> None:
        """Store the response, once it is complete, for the next 24 hours."""
        before_commit(request, partial(self._store, attempt, subject_id))

    async def _store(
        self, attempt: Attempt, subject_id: int | None, response: Response
    ) -> Response:
        answer, now = Answer.of(response, attempt.fingerprint), self.now()
        row = StoredAnswer(
            key_hash=attempt.key_hash,
            user_id=attempt.user_id,
            subject_id=subject_id,
            sealed=answer.sealed(attempt.key_hash, self.sealer),
            expires_at=now + LIFETIME,
        )
        try:
            await self.answers.replace(row, now)
        except IdempotencyKeyInUse:
            await roll_back(self.session)  # our deed was the second
            if first := await self.stored.to(attempt):
                return first
            raise
        return response
