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
TOLD = or_(
    EventRecord.address.is_not(None),
    EventRecord.user_agent.is_not(None),
    EventRecord.personal.is_not(None),
)


@injected
class EventErasure:
    """Takes from the record what tells of a person, and leaves what happened.

    Ids stay: they name nobody once the user is gone. The chain verifies as before.
    """

    session: WriteSession
    sealer: Sealing

    async def forget(self, user_id: int) -> int:
        """The number of events that told something of the user.

        In the caller's transaction, a few hundred at a time. What others did to the user keeps
        their address, unless it tells of the user besides.
        """
        by_nobody_else = or_(EventRecord.actor_id.is_(None), EventRecord.personal.is_not(None))
        did = await self._forget(EventRecord.actor_id == user_id)
        return did + await self._forget((EventRecord.subject_id == user_id) & by_nobody_else)

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
        found = select(EventRecord.id, EventRecord.seal).where(EventRecord.id > after, which, TOLD)
        rows = await self.session.execute(found.order_by(EventRecord.id).limit(BATCH_SIZE))
        return rows.all()
