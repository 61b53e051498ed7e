from datetime import timedelta

from sqlalchemy import bindparam, select

from uservault.users.models import User
from uservault.users.schemas import DeletedUserRead
from uservault.web.pagination import Page, PageQuery
from uservault.wiring.ports import Resources

PAGE = (
    select(User.id, User.username, User.email, User.deleted_at)
    .where(User.deleted_at.is_not(None), User.id > bindparam("after"))
    .order_by(User.id)
    .limit(bindparam("limit"))
)


class DeletedUserReader:
    """Users that can still be restored."""

    def __init__(self, resources: Resources) -> None:
        self.database = resources.database
        self.grace = timedelta(days=resources.settings.erasure.grace_days)

    async def page(self, query: PageQuery) -> Page[DeletedUserRead]:
        """In the order of their ids."""
        one_more = {"after": query.after, "limit": query.limit + 1}
        rows = await self.database.rows(PAGE, one_more)
        users = [
            DeletedUserRead(
                id=row.id,
                username=row.username,
                email=row.email,
                deleted_at=row.deleted_at,
                purge_at=row.deleted_at + self.grace,
            )
            for row in rows[: query.limit]
        ]
        return Page(users, cursor=str(users[-1].id) if len(rows) > query.limit else None)
