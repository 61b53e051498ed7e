"""Links recorded events into the chain, in the order in which commits become visible.

The database assigns ids before the commit. So an event may become visible after events with
higher ids, or never. Such a late event is linked when it becomes visible.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import or_, select

from uservault.audit.chain import (
    EVENTS,
    PLACES,
    PLACES_BY_ID,
    UNLINKED,
    Head,
    head,
    locked,
    next_link,
)
from uservault.audit.kept_head import KeptHead
from uservault.audit.reading import readable
from uservault.db.batch import AnySelect
from uservault.db.database import AnyRow
from uservault.db.unit_of_work import unit_of_work
from uservault.events.models import EventChain, EventLink, EventRecord
from uservault.events.seals import fault_of
from uservault.wiring.ports import Resources

log = logging.getLogger(__name__)

RECENT = 1000  # links; how far back each run looks for late commits
SKEW = timedelta(hours=1)  # events do not become visible in the order of their times
LATEST = timedelta(days=1)  # longer than any transaction takes


class Linking:
    """Links new events, and those that became visible a little late."""

    def __init__(self, resources: Resources) -> None:
        self.database = resources.database
        self.sealer = resources.sealer
        self.now = resources.clock
        self.kept = resources.shared(KeptHead)

    async def run_once(self) -> int:
        """Return the number of events that were linked. Raises ChainTampered."""
        id, linked = await self._recent_id(), 0
        while rows := await self.database.rows(PLACES_BY_ID.where(EventRecord.id > id)):
            if waiting := [row.id for row in rows if row.position is None]:
                linked += len(await self._link(waiting))
            id = rows[-1].id
        if linked:
            await self.kept.keep()
        return linked

    async def _recent_id(self) -> int:
        """The event id at the link RECENT places back, or 0."""
        newest_first = select(EventLink.event_id).order_by(EventLink.position.desc())
        rows = await self.database.rows(newest_first.offset(RECENT).limit(1))
        return rows[0].event_id if rows else 0

    async def _link(self, ids: Sequence[int]) -> Sequence[int]:
        """Links our events in one transaction. Forged events stay unlinked."""
        async with unit_of_work(self.database) as session:
            chain = await locked(session, self.sealer)
            links = []
            last = await head(session, chain)
            for event in await self._ours(chain, ids):
                links.append(next_link(self.sealer, last, event))
                last = Head(links[-1].position, links[-1].digest)
            session.add_all(links)
        return [link.event_id for link in links]

    async def _ours(self, chain: EventChain, ids: Sequence[int]) -> Sequence[AnyRow]:
        """The events that we recorded, read again under the lock: another worker may have linked
        some."""
        events = (await readable(self._unlinked, ids)).rows
        copied = select(EventLink.seal).where(EventLink.seal.in_([each.seal for each in events]))
        seen = {row.seal for row in await self.database.rows(copied)}
        ours = []
        for event in events:
            if event.seal not in seen and self._is_ours(event, chain):
                seen.add(event.seal)
                ours.append(event)
        return ours

    async def _unlinked(self, ids: Sequence[int]) -> Sequence[AnyRow]:
        return await self.database.rows(EVENTS.where(EventRecord.id.in_(ids), UNLINKED))

    def _is_ours(self, event: AnyRow, chain: EventChain) -> bool:
        swept = chain.swept_to is not None and event.at < chain.swept_to - SKEW
        return not swept and fault_of(self.sealer, event) is None


class LateLinking(Linking):
    """Looks at the events of the last day, to link those whose transaction took unusually long.

    Reports what stays unlinked, and the end of the chain: operators may keep logs elsewhere.
    """

    logged = ""

    async def run_once(self) -> int:
        since, id = self.now() - LATEST, 0
        linked = 0
        while rows := await self.database.rows(_places_since(since, id)):
            if waiting := [row.id for row in rows if row.position is None]:
                ours = await self._link(waiting)
                linked += len(ours)
                self._report(sorted(set(waiting).difference(ours)))
            since, id = rows[-1].at, rows[-1].id
        await self._log_head()
        return linked

    def _report(self, left_out: Sequence[int]) -> None:
        """Another worker may have linked some of them meanwhile; `verify` knows."""
        if left_out:
            facts = {"first": left_out[0], "count": len(left_out)}
            log.error("events that are not ours; run `uservault audit verify`", extra=facts)

    async def _log_head(self) -> None:
        now = await self.kept.keep()
        if not now.digest:
            log.error("events have no chain; see `uservault audit adopt`")
        elif str(now) != self.logged:
            self.logged = str(now)
            log.info("events chained", extra={"head": self.logged})


def _places_since(at: datetime, id: int) -> AnySelect:
    later = or_(EventRecord.at > at, EventRecord.id > id)
    return PLACES.where(EventRecord.at >= at, later).order_by(EventRecord.at, EventRecord.id)
