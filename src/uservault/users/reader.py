from sqlalchemy import bindparam, select

from uservault.kit.batch import by_key
from uservault.kit.page import Page, PageQuery
from uservault.kit.ports import Resources
from uservault.users.activity import shown
from uservault.users.errors import UserNotFound
from uservault.users.models import User
from uservault.users.schemas import UserRead

SHOWN = select(*(getattr(User, field) for field in UserRead.model_fields))
PAGE = SHOWN.where(User.id > bindparam("after")).order_by(User.id).limit(bindparam("limit"))


class UserReader:
    """What can be asked of users: columns, not entities, for there is nothing to change."""

    def __init__(self, resources: Resources) -> None:
        self.database = resources.database
        self.now = resources.clock
        self.by_id = by_key(resources.database, SHOWN)

    async def get(self, id: int) -> UserRead:
        """Raises UserNotFound. Concurrent calls share a query."""
        if row := await self.by_id.get(id):
            return shown(row, self.now())
        raise UserNotFound

    async def page(self, query: PageQuery) -> Page[UserRead]:
        """Users in the order of their ids."""
        one_more = {"after": query.after, "limit": query.limit + 1}
        rows = await self.database.rows(PAGE, one_more)
        now = self.now()
        users = [shown(row, now) for row in rows[: query.limit]]
        return Page(users, cursor=str(users[-1].id) if len(rows) > query.limit else None)
