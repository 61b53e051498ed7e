"""Writes many users at a time, in a few statements."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from sqlalchemy import insert, text

from uservault.users.identifiers import KEYS, TABLE, unless_taken
from uservault.users.models import User
from uservault.wiring.scope import WriteSession

Columns: TypeAlias = Mapping[str, Any]

# PostgreSQL's sequence does not see ids that are given. It never goes back.
FOLLOW = text(
    "SELECT setval(pg_get_serial_sequence('users', 'id'), :highest) FROM users_id_seq"
    " WHERE last_value < :highest"
)


class UserBulk:
    """Users as columns, not as entities. Each needs all columns that have no default."""

    def __init__(self, session: WriteSession) -> None:
        self.session = session

    async def add(self, users: Sequence[Columns]) -> Sequence[int]:
        """Their ids, in their order. Some may bring their id: then the next new one follows it.

        Raises UsernameTaken, EmailTaken or ExternalIdTaken.
        """
        given = {place: user["id"] for place, user in enumerate(users) if "id" in user}
        new = [user for user in users if "id" not in user]
        made = iter(await self._insert(new) if new else ())
        if given:
            await self._insert_with_ids([user for user in users if "id" in user])
        ids = [given.get(place) or next(made) for place in range(len(users))]
        await self._claim(users, ids)
        return ids

    async def _insert(self, users: Sequence[Columns]) -> Sequence[int]:
        connection = await self.session.connection()
        if connection.dialect.insert_executemany_returning_sort_by_parameter_order:
            returning = insert(User).returning(User.id, sort_by_parameter_order=True)
            return (await self.session.scalars(returning, users)).all()
        return [await self._insert_one(user) for user in users]  # MySQL

    async def _insert_one(self, user: Columns) -> int:
        entity = insert(User.metadata.tables["users"]).values(version=1, credential_epoch=0, **user)
        result: Any = await self.session.execute(entity)
        return int(result.inserted_primary_key[0])

    async def _insert_with_ids(self, users: Sequence[Columns]) -> None:
        await self.session.execute(insert(User), users)
        connection = await self.session.connection()
        if connection.dialect.name == "postgresql":
            highest = max(user["id"] for user in users)
            await self.session.execute(FOLLOW, {"highest": highest})

    async def _claim(self, users: Sequence[Columns], ids: Sequence[int]) -> None:
        for kind, key in KEYS.items():
            rows = [
                {"kind": kind, "key": key(user[kind]), "user_id": id}
                for user, id in zip(users, ids, strict=True)
                if user[kind] is not None
            ]
            with unless_taken(kind):
                if rows:
                    await self.session.execute(insert(TABLE), rows)
