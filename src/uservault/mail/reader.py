from pydantic import TypeAdapter
from sqlalchemy import and_, bindparam, func, select

from uservault.db.base import NOBODY
from uservault.mail.models import Mail
from uservault.mail.schemas import MailQuery, MailRead, MailState
from uservault.web.pagination import Page, read_page
from uservault.wiring.ports import Resources

IS = {
    MailState.QUEUED: and_(Mail.sent_at.is_(None), Mail.failed_at.is_(None)),
    MailState.SENT: Mail.sent_at.is_not(None),
    MailState.FAILED: Mail.failed_at.is_not(None),
}
COLUMNS = {name: getattr(Mail, name) for name in MailRead.model_fields}
WHOSE = func.nullif(Mail.user_id, NOBODY).label("user_id")
READ_COLUMNS = select(*(COLUMNS | {"user_id": WHOSE}).values())
NEWEST_FIRST = READ_COLUMNS.order_by(Mail.id.desc()).limit(bindparam("limit"))
MANY = TypeAdapter(list[MailRead])


class MailReader:
    """Lists e-mails without their content."""

    def __init__(self, resources: Resources) -> None:
        self.database = resources.database

    async def page(self, query: MailQuery) -> Page[MailRead]:
        """Newest first."""
        wanted = NEWEST_FIRST
        if query.cursor:
            wanted = wanted.where(Mail.id < bindparam("after"))
        if query.state:
            wanted = wanted.where(IS[query.state])
        if query.user_id:
            wanted = wanted.where(Mail.user_id == query.user_id)
        return await read_page(self.database, wanted, query, MANY.validate_python)
