from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from uservault.db.unit_of_work import unit_of_work
from uservault.wiring.ports import Resources

BATCH_SIZE = 500


class Sweep:
    """A job that deletes rows of `model` that are no longer needed, one batch per run.

    It leaves what is locked to the next run, rather than wait for it while it has other locks.
    `owners` are the columns with the ids of users. They are locked first, as in any change.
    """

    model: ClassVar[Any]
    owners: ClassVar[Sequence[Any]] = ()

    def __init__(self, resources: Resources) -> None:
        self.database = resources.database
        self.now = resources.clock
        self.settings = resources.settings

    def is_over(self, now: datetime) -> ColumnElement[bool]:
        """The condition for deleting a row."""
        raise NotImplementedError

    async def run_once(self) -> int:
        """Return the number of rows that were deleted."""
        condition = self.is_over(self.now())
        found = select(self.model.id, *self.owners).where(condition).limit(BATCH_SIZE)
        rows = await self.database.rows(found)
        if not rows:
            return 0
        these = self.model.id.in_([row.id for row in rows]) & condition
        return await self._delete(these, {id for _, *users in rows for id in users if id})

    async def _delete(self, these: ColumnElement[bool], users: set[int]) -> int:
        async with unit_of_work(self.database) as session:
            busy = await self._lock(session, users) if users else set()
            for owner in self.owners if busy else ():
                these &= owner.is_(None) | owner.not_in(busy)
            free = select(self.model.id).where(these).with_for_update(skip_locked=True)
            locked = (await session.scalars(free)).all()
            await session.execute(delete(self.model).where(self.model.id.in_(locked)))
        return len(locked)

    async def _lock(self, session: AsyncSession, users: set[int]) -> set[int]:
        """Locks the users; those whom another transaction has locked."""
        id = self.model.metadata.tables["users"].c.id
        theirs = select(id).where(id.in_(users))
        every = set(await session.scalars(theirs))
        return every - set(await session.scalars(theirs.with_for_update(skip_locked=True)))
