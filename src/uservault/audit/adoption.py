"""Begins the chain, and seals events that have no seal."""

import logging
from collections.abc import Collection
from contextlib import suppress

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from uservault.audit.chain import CHAIN_ID, ChainTampered, locked, seal_chain
from uservault.audit.events import AuditAdopted
from uservault.audit.kept_head import KeptHead
from uservault.db.errors import ConcurrentChange
from uservault.db.unit_of_work import unit_of_work
from uservault.events.log import EventLog
from uservault.events.models import EventChain, EventLink, EventRecord
from uservault.events.seals import seal
from uservault.kit.crypto import random_token
from uservault.wiring.ports import Resources
from uservault.wiring.scope import scope

log = logging.getLogger(__name__)

BATCH_SIZE = 500
BEGINS = "0006"  # the migration after which there is a chain


class Adoption:
    """Takes the record as it is. Nothing else does, so that a change from outside is noticed."""

    def __init__(self, resources: Resources) -> None:
        self.resources = resources

    async def after(self, applied: Collection[str]) -> None:
        """To be called with the revisions that this process applied.

        Not if a head is kept: then this is no new database, whatever it says of its revision.
        """
        if BEGINS not in applied:
            return
        if self.resources.shared(KeptHead).exists():
            log.error("a head is kept, but the database was migrated anew; see `audit adopt`")
        elif sealed := (await self._adopt())[0]:
            log.warning("sealed events of an older version", extra={"count": sealed})
            await self._record(sealed, begun=True)

    async def run(self) -> tuple[int, bool]:
        """The number of events that it sealed, and whether it began the chain.

        It begins one if there is none, or if its beginning was edited.
        """
        sealed, begun = await self._adopt()
        if begun:
            self.resources.shared(KeptHead).forget()
        await self._record(sealed, begun=begun)
        return sealed, begun

    async def _record(self, count: int, *, begun: bool) -> None:
        async with scope(self.resources) as made:
            made.get(EventLog).record(AuditAdopted(subject_id=None, count=count, begun=begun))

    async def _adopt(self) -> tuple[int, bool]:
        sealed = 0
        while count := await self._seal_some():
            sealed += count
        with suppress(ConcurrentChange):  # another process was first
            async with unit_of_work(self.resources.database) as session:
                return sealed, await self._begin(session)
        return sealed, False

    async def _seal_some(self) -> int:
        """In batches: SQLite has one writer, and others wait for it."""
        found = select(EventRecord).where(EventRecord.seal.is_(None)).limit(BATCH_SIZE)
        async with unit_of_work(self.resources.database) as session:
            events = (await session.scalars(found.with_for_update())).all()
            for event in events:
                seal(self.resources.sealer, event)
        return len(events)

    async def _begin(self, session: AsyncSession) -> bool:
        try:
            await locked(session, self.resources.sealer)
        except ChainTampered:
            await session.execute(delete(EventLink))
            await session.execute(delete(EventChain))
            session.add(self._beginning())
            await session.flush()
            return True
        return False

    def _beginning(self) -> EventChain:
        chain = EventChain(
            id=CHAIN_ID,
            began_at=self.resources.clock(),
            adopted_to=0,
            position=0,
            digest=random_token(),
        )
        seal_chain(self.resources.sealer, chain)
        return chain
