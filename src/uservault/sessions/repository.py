from collections.abc import Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import ColumnElement, CursorResult, Update, select, update

from uservault.db.database import AnyRow
from uservault.sessions.models import Session
from uservault.wiring.repository import Repository


class SessionRepository(Repository[Session]):
    model = Session

    async def of_user(self, user_id: int, id: int) -> Session | None:
        """The session, locked until the unit of work ends."""
        return await self.session.get(Session, (id, user_id), with_for_update=True)

    async def advance(self, user_id: int, id: int, counter: int, now: datetime) -> bool:
        """Whether `counter` was the last one, and this call the one that moved on from it."""
        theirs = (Session.user_id == user_id) & (Session.id == id)
        last = theirs & (Session.counter == counter) & Session.revoked_at.is_(None)
        values = {"counter": counter + 1, "refreshed_at": now, "last_seen_at": now}
        return await self._count(update(Session).where(last).values(values)) == 1

    async def idlest(self, user_id: int, count: int) -> Sequence[int]:
        """The ids of those not revoked that were used longest ago."""
        theirs = (Session.user_id == user_id) & Session.revoked_at.is_(None)
        by_use = select(Session.id).where(theirs).order_by(Session.last_seen_at, Session.id)
        return (await self.session.scalars(by_use.limit(count))).all()

    async def lock(self, which: ColumnElement[bool]) -> Sequence[AnyRow]:
        """Their ids, and whose they are."""
        ids = select(Session.id, Session.user_id).where(which).order_by(Session.id)
        return (await self.session.execute(ids.with_for_update())).all()

    async def revoke_all(self, which: ColumnElement[bool], now: datetime) -> int:
        """How many there were."""
        return await self._count(update(Session).where(which).values(revoked_at=now))

    async def _count(self, statement: Update) -> int:
        quiet = statement.execution_options(synchronize_session=False)
        result = await self.session.execute(quiet)
        return cast("CursorResult[tuple[()]]", result).rowcount
