import logging
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from uservault.audit.chain import Head, follows, locked, seal_chain
from uservault.db.unit_of_work import unit_of_work
from uservault.events.models import EventChain, EventLink, EventRecord
from uservault.events.seals import fault_of
from uservault.wiring.ports import Resources

BATCH_SIZE = 500

log = logging.getLogger(__name__)

Place: TypeAlias = tuple[EventLink, EventRecord]

FIRST = (
    select(EventLink, EventRecord)
    .join_from(EventLink, EventRecord, EventRecord.id == EventLink.event_id, isouter=True)
    .order_by(EventLink.position)
    .limit(BATCH_SIZE)
)


class EventSweep:
    """Deletes events after USERVAULT_EVENTS__RETENTION.

    Removes them from the beginning of the chain, and seals the new beginning. A tampered event is
    evidence: it stays, and so do all events after it.
    """

    def __init__(self, resources: Resources) -> None:
        self.database = resources.database
        self.sealer = resources.sealer
        self.now = resources.clock
        self.retention = resources.settings.events.retention

    async def run_once(self) -> int:
        """Return the number of events that were deleted."""
        end = self.now() - self.retention
        if not self.retention or not await self._any_expired(end):
            return 0
        async with unit_of_work(self.database) as session:
            chain = await locked(session, self.sealer)
            expired = self._expired(chain, await _first(session), end)
            if expired:
                await self._cut(session, chain, expired)
        return len(expired)

    async def _any_expired(self, end: datetime) -> bool:
        """A query without locks, because usually nothing has expired."""
        oldest = await self.database.rows(select(func.min(EventRecord.at)))
        return oldest[0][0] is not None and oldest[0][0] < end

    def _expired(self, chain: EventChain, first: Iterable[Place], end: datetime) -> Sequence[Place]:
        expired: list[Place] = []
        before = Head(chain.position, chain.digest)
        for link, event in first:
            if not self._is_sound(before, link, event):
                log.error("events tampered with", extra={"position": link.position})
                break
            if event.at >= end:
                break
            expired.append((link, event))
            before = Head(link.position, link.digest)
        return expired

    def _is_sound(self, before: Head, link: EventLink, event: EventRecord | None) -> bool:
        its_own = event is not None and event.seal == link.seal
        return its_own and follows(self.sealer, before, link) and not fault_of(self.sealer, event)

    async def _cut(
        self, session: AsyncSession, chain: EventChain, expired: Sequence[Place]
    ) -> None:
        last, _ = expired[-1]
        chain.position, chain.digest = last.position, last.digest
        chain.swept_to = max([event.at for _, event in expired])
        seal_chain(self.sealer, chain)
        events = delete(EventRecord).where(EventRecord.id.in_([event.id for _, event in expired]))
        links = delete(EventLink).where(EventLink.position <= last.position)
        for swept in (events, links):
            await session.execute(swept.execution_options(synchronize_session=False))


async def _first(session: AsyncSession) -> Sequence[Place]:
    rows = await session.execute(FIRST)
    return [(link, event) for link, event in rows]
