from typing import Any, ClassVar, Generic, TypeVar

from uservault.db.base import Base
from uservault.wiring.scope import WriteSession

M = TypeVar("M", bound=Base)


class Repository(Generic[M]):
    """The rows of one model inside a unit of work. Flushes, but never commits."""

    model: ClassVar[type[Any]]

    def __init__(self, session: WriteSession) -> None:
        self.session = session

    async def get(self, id: int) -> M | None:
        """The row, locked until the unit of work ends, so that no concurrent change is lost."""
        row: M | None = await self.session.get(self.model, id, with_for_update=True)
        return row

    async def save(self, row: M) -> M:
        """Write a new or changed row at once, so that a violated constraint raises here."""
        self.session.add(row)
        await self.session.flush()
        return row

    async def delete(self, row: M) -> None:
        await self.session.delete(row)
        await self.session.flush()
