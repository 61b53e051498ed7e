"""The Flask service of the same name, which this service replaces: its table `user`."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

from sqlalchemy import Integer, String, column, func, select, table
from sqlalchemy.ext.asyncio import AsyncConnection

from uservault.db.database import AnyRow
from uservault.transfer.formats import Found
from uservault.transfer.names import Names
from uservault.transfer.sources.tables import count, pages

ID, USERNAME = column("id", Integer), column("username", String)
EMAIL, HASH = column("email", String), column("password_hash", String)
USERS = table("user", ID, USERNAME, EMAIL, HASH)


class FlaskSource:
    """Its users, with their ids. `line` is the place of a row in the order of the ids."""

    def __init__(self, connection: AsyncConnection, names: Names) -> None:
        self.connection = connection
        self.names = names

    async def count(self) -> int:
        return await count(self.connection, USERS)

    async def rows(self) -> AsyncIterator[Found]:
        await self._learn_twins()
        line = 0
        async for page in pages(self.connection, select(ID, USERNAME, EMAIL, HASH), ID):
            for row in page:
                line += 1
                yield Found(line, self._values(row))

    async def _learn_twins(self) -> None:
        """The usernames that differ by case alone. Only the first of them keeps its own."""
        key = func.lower(USERNAME)
        twins = select(key, func.min(ID)).group_by(key).having(func.count() > 1)
        for name, first in await self.connection.execute(twins):
            self.names.reserve(name, first)

    def _values(self, row: AnyRow) -> Mapping[str, Any]:
        values = {
            "id": row.id,
            "username": self.names.of(row.username or "", row.id),
            "email": row.email,
            "password_hash": row.password_hash,
        }
        return {name: value for name, value in values.items() if value is not None}
