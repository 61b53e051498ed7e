from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, delete, select

from uservault.db.unit_of_work import unit_of_work
from uservault.wiring.ports import Resources

BATCH_SIZE = 500


class Sweep:
    """A job that deletes rows of `model` that are no longer needed, one batch per run."""

    model: ClassVar[Any]

    def __init__(self, resources: Resources) -> None:
        self.database = resources.database
        self.now = resources.clock
        self.settings = resources.settings

    def is_over(self, now: datetime) -> ColumnElement[bool]:
        """The condition for deleting a row."""
        raise NotImplementedError

    async def run_once(self) -> int:
        """Return the number of rows found for deletion."""
        condition = self.is_over(self.now())
        found = select(self.model.id).where(condition).limit(BATCH_SIZE)
        ids = [row.id for row in await self.database.rows(found)]
        if ids:
            async with unit_of_work(self.database) as session:
                await session.execute(delete(self.model).where(self.model.id.in_(ids), condition))
        return len(ids)
