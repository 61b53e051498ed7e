from collections.abc import Sequence

from sqlalchemy import select

from uservault.db.database import AnyRow
from uservault.users.models import User
from uservault.users.schemas import DeletedUserRead
from uservault.web.pagination import Page, PageQuery, in_pages, read_page
from uservault.wiring.ports import Resources

READ_COLUMNS = select(User.id, User.username, User.email, User.deleted_at)
PAGE = in_pages(READ_COLUMNS.where(User.deleted_at.is_not(None)), User.id)


class DeletedUserReader:
    """Deleted users that are not purged yet and can be restored."""

    def __init__(self, resources: Resources) -> None:
        self.database = resources.database
        self.grace = resources.settings.erasure_grace

    async def page(self, query: PageQuery) -> Page[DeletedUserRead]:
        """Sorted by id."""
        return await read_page(self.database, PAGE, query, self._read)

    def _read(self, rows: Sequence[AnyRow]) -> list[DeletedUserRead]:
        return [
            DeletedUserRead(
                id=row.id,
                username=row.username,
                email=row.email,
                deleted_at=row.deleted_at,
                purge_at=row.deleted_at + self.grace,
            )
            for row in rows
        ]
