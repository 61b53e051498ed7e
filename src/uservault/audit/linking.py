"""Links recorded events into the chain, in the order in which commits become visible.

The database assigns ids before the commit. So an event may become visible after events with
higher ids, or never. Such a late event is linked when it becomes visible.
"""

import logging
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from uservault.audit.chain import (
    CHAIN_ID,
    PLACES,
    UNLINKED,
    ChainTampered,
    Head,
    head,
    locked,
    newest_unsealed,
    next_link,
    seal_chain,
)
from uservault.db.unit_of_work import unit_of_work
from uservault.events.models import EventChain, EventLink, EventRecord
from uservault.events.seals import fault_of, seal
from uservault.kit.crypto import random_token
from uservault.wiring.ports import Resources

log = logging.getLogger(__name__)

RECENT = 1000  # links; how far back each run looks for late commits
SKEW = timedelta(hours=1)  # events do not become visible in the order of their times


class Linking:
    """Links new events, and those that became visible a little late."""

    def __init__(self, resources: Resources) -> None:
        self.database = resources.database
        self.sealer = resources.sealer
        self.now = resources.clock

    async def run_once(self) -> int:
        """Return the number of events that were linked."""
        return await self._link_after(await self._recent_id())

    async def _recent_id(self) -> int:
        """The event id at the link RECENT places back, or 0."""
        newest_first = select(EventLink.event_id).order_by(EventLink.position.desc())
        rows = await self.database.rows(newest_first.offset(RECENT).limit(1))
        return rows[0].event_id if rows else 0

    async def _link_after(self, id: int) -> int:
        linked = 0
        while rows := await self.database.rows(PLACES.where(EventRecord.id > id)):
            if waiting := [row.id for row in rows if row.position is None]:
                linked += await self._link(waiting)
            id = rows[-1].id
        return linked

    async def _link(self, ids: Sequence[int]) -> int:
        """Link our events in one transaction. Forged events stay unlinked; verification finds
        them."""
        await self._begin()
        async with unit_of_work(self.database) as session:
            if (chain := await locked(session, self.sealer)) is None:
                raise ChainTampered
            links = []
            last = await head(session, chain)
            for event in await self._ours(session, chain, ids):
                links.append(next_link(self.sealer, last, event))
                last = Head(links[-1].position, links[-1].digest)
            session.add_all(links)
        return len(links)

    async def _begin(self) -> None:
        """Create the chain's row if there is none. Another worker may be first."""
        for existing in (select(EventChain.id), select(EventLink.position).limit(1)):
            if await self.database.rows(existing):
                return
        with suppress(IntegrityError):
            async with unit_of_work(self.database) as session:
                chain = EventChain(
                    id=CHAIN_ID,
                    began_at=self.now(),
                    adopted_to=await newest_unsealed(session),
                    position=0,
                    digest=random_token(),
                )
                seal_chain(self.sealer, chain)
                session.add(chain)

    async def _ours(
        self, session: AsyncSession, chain: EventChain, ids: Sequence[int]
    ) -> Sequence[EventRecord]:
        """The events that we recorded, read again under the lock: another worker may have linked
        some."""
        found = select(EventRecord).where(EventRecord.id.in_(ids), UNLINKED)
        events = (await session.scalars(found.order_by(EventRecord.id))).all()
        for event in events:
            if event.seal is None and event.id <= chain.adopted_to:
                seal(self.sealer, event)
        copied = select(EventLink.seal).where(EventLink.seal.in_([each.seal for each in events]))
        seen: set[str | None] = set(await session.scalars(copied))
        ours = []
        for event in events:
            if event.seal not in seen and self._is_ours(event, chain):
                seen.add(event.seal)
                ours.append(event)
        return ours

    def _is_ours(self, event: EventRecord, chain: EventChain) -> bool:
        swept = chain.swept_to is not None and event.at < chain.swept_to - SKEW
        return not swept and fault_of(self.sealer, event) is None


class LateLinking(Linking):
    """Looks at all events, to link those whose transaction took unusually long.

    Logs the end of the chain, as evidence for operators who keep logs elsewhere.
    """

    logged = ""

    async def run_once(self) -> int:
        linked = await self._link_after(0)
        await self._log_head()
        return linked

    async def _log_head(self) -> None:
        async with unit_of_work(self.database) as session:
            chain = await session.get(EventChain, CHAIN_ID)
            now = str(await head(session, chain)) if chain else ""
        if now != self.logged:
            self.logged = now
            log.info("events chained", extra={"head": now})
