from collections.abc import Sequence

from sqlalchemy import ColumnElement, bindparam, or_, select, update

from uservault.db.database import AnyRow
from uservault.events.models import EventRecord
from uservault.events.seals import proof_of_erasure
from uservault.wiring.scope import Sealing, WriteSession, injected

BATCH_SIZE = 500

TABLE = EventRecord.__table__
ERASE = (
    update(EventRecord.__table__)  # type: ignore[arg-type]
    .where(TABLE.c.id == bindparam("which"))
    .values(address=None, user_agent=None, personal=None, salt=bindparam("proof"))
)
HAS_PERSONAL_DATA = or_(
    EventRecord.address.is_not(None),
    EventRecord.user_agent.is_not(None),
    EventRecord.personal.is_not(None),
)


@injected
class EventErasure:
    """Erases personal data from events and keeps the rest.

    Ids stay: they identify no one once the user is deleted. The chain still verifies.
    """

    session: WriteSession
    sealer: Sealing

    async def forget(self, user_id: int, *, traces: bool, after: int = 0) -> Sequence[int]:
        """Erases a batch of the user's personal data, in events with ids above `after`.

        `traces`: also from where the user did something to others (I16). If another user caused
        an event, that user's address stays, unless the event has personal data of this user.
        Return the events' ids, sorted, at most BATCH_SIZE.
        """
        rows = await self._next(_whose(user_id, traces=traces), after)
        if rows:
            proofs = [
                {"which": row.id, "proof": proof_of_erasure(self.sealer, row.seal)} for row in rows
            ]
            await (await self.session.connection()).execute(ERASE, proofs)
        return [row.id for row in rows]

    async def _next(self, which: ColumnElement[bool], after: int) -> Sequence[AnyRow]:
        found = select(EventRecord.id, EventRecord.seal).where(which, HAS_PERSONAL_DATA)
        batch = found.where(EventRecord.id > after).order_by(EventRecord.id).limit(BATCH_SIZE)
        rows = await self.session.execute(batch)
        return rows.all()


def _whose(user_id: int, *, traces: bool) -> ColumnElement[bool]:
    actor, subject = EventRecord.actor_id == user_id, EventRecord.subject_id == user_id
    nobody_elses = or_(actor, EventRecord.actor_id.is_(None), EventRecord.personal.is_not(None))
    return or_(actor, subject & nobody_elses) if traces else subject & nobody_elses
