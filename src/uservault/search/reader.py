from collections.abc import Sequence

from sqlalchemy import BindParameter, bindparam, func, select

from uservault.db.database import AnyRow
from uservault.search.cursor import PLACE, Cursors
from uservault.search.filters import conditions
from uservault.search.keyset import VALUE, Keyset
from uservault.search.schemas import UserQuery
from uservault.users.models import NOT_DELETED, User
from uservault.users.reader import SHOWN, as_json
from uservault.users.schemas import UserRead
from uservault.web.pagination import Page
from uservault.wiring.ports import Resources

COLUMNS = select(*(getattr(User, name) for name in SHOWN))
LIMIT: BindParameter[int] = bindparam("limit")
# The list as it is asked for most. To make the statement would take as long as to run it.
EVERYBODY = (
    COLUMNS.add_columns(User.id.label(VALUE))
    .where(NOT_DELETED, User.id > bindparam("after"))
    .order_by(User.id)
    .limit(LIMIT)
)


class UserSearch:
    """Lists users: any filter, any order, page by page. No page counts or skips rows."""

    def __init__(self, resources: Resources) -> None:
        self.database = resources.database
        self.now = resources.clock
        self.cursors = Cursors(resources.sealer)
        self.dialect = resources.database.url.get_backend_name()

    async def page(self, query: UserQuery, *, count: bool = False) -> Page[UserRead]:
        """Raises Invalid for a cursor that is not of this question."""
        after = self.cursors.read(query.cursor, query) if query.cursor else None
        keyset = Keyset(query)
        if _is_plain(query):
            one_more = {"after": after[1] if after else 0, "limit": query.limit + 1}
            rows = await self.database.rows(EVERYBODY, one_more)
        else:
            rows = await self._found(query, keyset, after)
        shown, last = rows[: query.limit], None
        if len(rows) > query.limit:
            last = self.cursors.write(keyset.place(shown[-1]), query)
        total = await self.count(query) if count else None
        return Page([], last, as_json(shown, self.now()), total)

    async def count(self, query: UserQuery) -> int:
        """How many users the filter finds."""
        now = self.now()
        found = select(func.count()).select_from(User).where(*conditions(query, now, self.dialect))
        [row] = await self.database.rows(found, {"now": now})
        return int(row[0])

    async def _found(
        self, query: UserQuery, keyset: Keyset, after: tuple[object, int] | None
    ) -> Sequence[AnyRow]:
        now, rows = self.now(), list[AnyRow]()
        which = COLUMNS.where(*conditions(query, now, self.dialect))
        for part in keyset.parts(which, after):
            left = query.limit + 1 - len(rows)
            if left > 0:
                rows += await self.database.rows(part.limit(LIMIT), {"now": now, "limit": left})
        return rows


def _is_plain(query: UserQuery) -> bool:
    return query.model_fields_set <= PLACE
