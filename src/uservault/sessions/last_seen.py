"""Writing down when a session was last used, at most once a minute, and in nobody's way."""

import asyncio
import logging
from datetime import datetime, timedelta

from sqlalchemy import select, update

from uservault.db.unit_of_work import unit_of_work
from uservault.kit.problems import Problem
from uservault.sessions.models import Session
from uservault.wiring.ports import Resources

log = logging.getLogger(__name__)

EXACT_TO = timedelta(minutes=1)
GATHER = 1.0  # seconds in which many become one statement
BATCH_SIZE = 500


class LastSeen:
    """Gathers the sessions that were seen. What a crash loses of it is seen again."""

    def __init__(self, resources: Resources) -> None:
        self.database = resources.database
        self.now = resources.clock
        self._seen: set[int] = set()
        self._writer: asyncio.Task[None] | None = None
        self._writing = asyncio.Lock()

    def note(self, session_id: int, last_seen_at: datetime) -> None:
        if self.now() - last_seen_at < EXACT_TO or session_id in self._seen:
            return
        self._seen.add(session_id)
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_soon())

    async def flush(self) -> None:
        """Writes what was gathered, and returns when nothing is being written any more; to be
        called before the process ends, too."""
        async with self._writing:
            if self._writer:
                self._writer.cancel()  # it only waits
            await self._write()

    async def _write_soon(self) -> None:
        while self._seen:
            await asyncio.sleep(GATHER)
            async with self._writing:
                await self._write()

    async def _write(self) -> None:
        seen, self._seen = sorted(self._seen), set()
        for first in range(0, len(seen), BATCH_SIZE):
            try:
                await self._mark(seen[first : first + BATCH_SIZE])
            except Problem as problem:  # the database is away: they will be seen again
                log.warning("presence not written", extra={"problem": problem.code()})

    async def _mark(self, ids: list[int]) -> None:
        """Skips sessions that are being changed, rather than wait for one while it has another."""
        now = self.now()
        stale = Session.id.in_(ids) & (Session.last_seen_at <= now - EXACT_TO)
        free = select(Session.id).where(stale).order_by(Session.id)
        async with unit_of_work(self.database) as session:
            found = (await session.scalars(free.with_for_update(skip_locked=True))).all()
            marked = update(Session).where(Session.id.in_(found)).values(last_seen_at=now)
            await session.execute(marked.execution_options(synchronize_session=False))
