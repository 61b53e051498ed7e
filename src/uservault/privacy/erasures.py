"""Erases the events of purged users, in batches, since SQLite's other writers wait for each."""

from sqlalchemy import bindparam, select

from uservault.audit.erasure import BATCH_SIZE, EventErasure
from uservault.db.database import AnyRow
from uservault.privacy.models import Erasure
from uservault.privacy.repository import ErasureRepository
from uservault.wiring.ports import Resources
from uservault.wiring.scope import CurrentSettings, Inject, Now, Scope, injected, scope

DUE = (
    select(Erasure.user_id, Erasure.traces_until)
    .where(Erasure.due_at <= bindparam("now"))
    .order_by(Erasure.due_at)
    .limit(100)
)


@injected
class Erasures:
    """Begins the erasure when a user is purged."""

    erasures: Inject[ErasureRepository]
    events: Inject[EventErasure]
    settings: CurrentSettings
    now: Now

    async def begin(self, user_id: int) -> None:
        """Erases a first batch, which is all for most users. The worker erases the rest."""
        now, kept = self.now(), self.settings.events.security_retention
        erased = await self.events.forget(user_id, traces=not kept)
        more = len(erased) == BATCH_SIZE
        if more or kept:
            erasure = Erasure(
                user_id=user_id, traces_until=now + kept, due_at=now if more else now + kept
            )
            await self.erasures.save(erasure)


class ErasureSweep:
    """Goes on with the erasures that are due. After a crash, it begins such a one again."""

    def __init__(self, resources: Resources) -> None:
        self.resources = resources
        self.now = resources.clock

    async def run_once(self) -> int:
        """The number of users whose events were erased."""
        rows = await self.resources.database.rows(DUE, {"now": self.now()})
        for row in rows:
            await self._erase(row)
        return len(rows)

    async def _erase(self, due: AnyRow) -> None:
        traces = due.traces_until <= self.now()
        erased, after = BATCH_SIZE, 0
        while erased == BATCH_SIZE:
            async with scope(self.resources) as made:
                events = made.get(EventErasure)
                ids = await events.forget(due.user_id, traces=traces, after=after)
                erased, after = len(ids), ids[-1] if ids else after
                if erased < BATCH_SIZE:
                    await self._finish(made, due, traces=traces)

    async def _finish(self, made: Scope, due: AnyRow, *, traces: bool) -> None:
        erasures = made.get(ErasureRepository)
        if traces:
            await erasures.remove(due.user_id)
        else:
            await erasures.postpone(due.user_id, due.traces_until)
