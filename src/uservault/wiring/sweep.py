from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, delete, select

from uservault.db.unit_of_work import unit_of_work
from uservault.wiring.ports import Resources

BATCH_SIZE = 500


class Sweep:
    """A job that deletes the rows of a `model` that nothing needs any more, a batch a run."""

    model: ClassVar[Any]

    def __init__(self, resources: Resources) -> None:
        self.database = resources.database
        self.now = resources.clock
        self.settings = resources.settings

    def is_over(self, now: datetime) -> ColumnElement[bool]:
        """The condition for a row to go."""
        raise NotImplementedError

    async def run_once(self) -> int:
        """The number of rows that were found to delete."""
        over = self.is_over(self.now())
        found = select(self.model.id).where(over).limit(BATCH_SIZE)
        ids = [row.id for row in await self.database.rows(found)]
        if ids:
            async with unit_of_work(self.database) as session:
                await session.execute(delete(self.model).where(self.model.id.in_(ids), over))
        return len(ids)
