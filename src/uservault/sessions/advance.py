"""Moves sessions on to their next refresh token: all that ask at a time in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BindParameter, bindparam, select, update

from uservault.db.batch import Batcher
from uservault.db.errors import ConcurrentChange
from uservault.db.unit_of_work import unit_of_work
from uservault.sessions.models import Session
from uservault.wiring.ports import Resources

TABLE = Session.__table__
IDS: BindParameter[int] = bindparam("ids", expanding=True)
FREE = (
    select(TABLE.c.id, TABLE.c.user_id, TABLE.c.counter)
    .where(TABLE.c.id.in_(IDS), TABLE.c.revoked_at.is_(None))
    .order_by(TABLE.c.id)
    .with_for_update(skip_locked=True)
)
NOW: BindParameter[datetime] = bindparam("at")
MOVE = (
    update(Session)
    .where(TABLE.c.id.in_(IDS))
    .values(counter=TABLE.c.counter + 1, refreshed_at=NOW, last_seen_at=NOW)
    .execution_options(synchronize_session=False)
)


@dataclass(frozen=True, slots=True, eq=False)
class Move:
    """From the token with this number to the next. Two moves are never the same one."""

    user_id: int
    session_id: int
    counter: int


class SessionAdvance:
    """One per process."""

    def __init__(self, resources: Resources) -> None:
        self.database = resources.database
        self.now = resources.clock
        self._moves = Batcher(self._make)

    async def __call__(self, move: Move) -> bool:
        """Whether the session was at that number, and this call moved it on.

        False also if something else locks a session: waiting for it here would hold up others.
        Raises DatabaseUnavailable.
        """
        return bool(await self._moves.get(move))

    async def _make(self, moves: Sequence[Move]) -> Mapping[Move, bool]:
        try:
            return await self._together(moves)
        except ConcurrentChange:  # a deadlock that none of them has caused
            return {}

    async def _together(self, moves: Sequence[Move]) -> Mapping[Move, bool]:
        async with unit_of_work(self.database) as session:
            rows = await session.execute(FREE, {"ids": sorted({m.session_id for m in moves})})
            last = {tuple(row) for row in rows}
            # Of several moves from one number, the first is made.
            firsts = {(m.session_id, m.user_id, m.counter): m for m in reversed(moves)}
            made = [move for place, move in firsts.items() if place in last]
            if made:
                ids = sorted(move.session_id for move in made)
                await session.execute(MOVE, {"ids": ids, "at": self.now()})
        return dict.fromkeys(made, True)
