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

    async def forget(self, user_id: int) -> int:
        """Return the number of events that contained personal data of the user.

        Runs in the caller's transaction, in batches. If another user caused an event, the actor's
        address is kept, unless the event also has personal data of the subject.
        """
        erasable = or_(EventRecord.actor_id.is_(None), EventRecord.personal.is_not(None))
        as_actor = await self._forget(EventRecord.actor_id == user_id)
        as_subject = await self._forget((EventRecord.subject_id == user_id) & erasable)
        return as_actor + as_subject

    async def _forget(self, which: ColumnElement[bool]) -> int:
        after = forgotten = 0
        while rows := await self._next(which, after):
            proofs = [
                {"which": row.id, "proof": proof_of_erasure(self.sealer, row.seal)} for row in rows
            ]
            await (await self.session.connection()).execute(ERASE, proofs)
            forgotten += len(rows)
            after = rows[-1].id
        return forgotten

    async def _next(self, which: ColumnElement[bool], after: int) -> Sequence[AnyRow]:
        found = select(EventRecord.id, EventRecord.seal).where(which, HAS_PERSONAL_DATA)
        batch = found.where(EventRecord.id > after).order_by(EventRecord.id).limit(BATCH_SIZE)
        rows = await self.session.execute(batch)
        return rows.all()
