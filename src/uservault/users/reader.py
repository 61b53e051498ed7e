from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from pydantic_core import to_json
from sqlalchemy import select

from uservault.access.principal import Principal
from uservault.db.batch import by_key
from uservault.db.database import AnyRow
from uservault.users.errors import UserNotFound
from uservault.users.models import NOT_DELETED, User
from uservault.users.schemas import UserRead
from uservault.users.status import ACTIVE, is_active, lapse
from uservault.wiring.ports import Resources

FIELDS = tuple(UserRead.model_fields)
USER_COLUMNS = tuple(getattr(User, field) for field in FIELDS)
READ_COLUMNS = select(*USER_COLUMNS).where(NOT_DELETED)
SHOWN = tuple(name for name, field in UserRead.model_fields.items() if not field.exclude)


class UserReader:
    """Reads users as columns, not as entities: nothing is changed here."""

    def __init__(self, resources: Resources) -> None:
        self.database = resources.database
        self.now = resources.clock
        self.by_id = by_key(resources.database, READ_COLUMNS)

    async def get(self, id: int) -> UserRead:
        """Raises UserNotFound. Concurrent calls share a query."""
        if row := await self.by_id.get(id):
            return self._read_one(row)
        raise UserNotFound

    async def get_for(self, me: Principal, id: int) -> UserRead:
        """Like `get`, but what was read with the caller's credential is not read again."""
        if me.user is not None and id == me.user_id:
            return self._read_one(me.user)
        return await self.get(id)

    def _read_one(self, row: Sequence[Any]) -> UserRead:
        user = UserRead.model_validate(dict(zip(FIELDS, row, strict=True)))
        return user if user.is_active else lapse(user, self.now())


def as_json(rows: Iterable[AnyRow], now: datetime) -> bytes:
    """A list of UserRead from rows that begin with the columns SHOWN.

    The columns have the types of UserRead: validation would double the time.
    """
    return to_json([_shown(row, now) for row in rows])


def _shown(row: AnyRow, now: datetime) -> dict[str, Any]:
    user = dict(zip(SHOWN, row, strict=False))
    return user if user["is_active"] or not is_active(row, now) else user | ACTIVE
