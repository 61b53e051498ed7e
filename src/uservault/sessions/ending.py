from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement

from uservault.db.database import AnyRow
from uservault.events.log import EventLog
from uservault.sessions.events import SessionRevoked
from uservault.sessions.models import Session
from uservault.sessions.repository import SessionRepository
from uservault.wiring.scope import Inject, Now, injected

BATCH_SIZE = 500  # sessions in one statement, and in one event


@injected
class SessionEnding:
    """Revokes sessions and records it: the feed of revocations is read off the record."""

    sessions: Inject[SessionRepository]
    events: Inject[EventLog]
    now: Now

    async def end(self, which: ColumnElement[bool]) -> Sequence[AnyRow]:
        """Locked first, in one order: whoever refreshes one meanwhile comes too late."""
        ended = await self.sessions.lock(which)
        for some in _parts([session.id for session in ended]):
            await self.sessions.revoke_all(Session.id.in_(some), self.now())
        return ended

    def record(self, user_id: int, ids: Sequence[int], reason: str) -> None:
        for some in _parts(ids):
            revoked = SessionRevoked(subject_id=user_id, sessions=list(some), reason=reason)
            self.events.record(revoked)


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """How many values a statement may have is limited, and users had any number of sessions."""
    return (ids[first : first + BATCH_SIZE] for first in range(0, len(ids), BATCH_SIZE))
