from sqlalchemy import and_, select

from uservault.mail.models import Mail
from uservault.mail.schemas import MailQuery, MailRead, MailState
from uservault.web.pagination import Page
from uservault.wiring.ports import Resources

IS = {
    MailState.QUEUED: and_(Mail.sent_at.is_(None), Mail.failed_at.is_(None)),
    MailState.SENT: Mail.sent_at.is_not(None),
    MailState.FAILED: Mail.failed_at.is_not(None),
}
READ_COLUMNS = select(*(getattr(Mail, field) for field in MailRead.model_fields))
NEWEST_FIRST = READ_COLUMNS.order_by(Mail.id.desc())


class MailReader:
    """What can be asked of e-mails; never what they say."""

    def __init__(self, resources: Resources) -> None:
        self.database = resources.database

    async def page(self, query: MailQuery) -> Page[MailRead]:
        """The newest first."""
        wanted = NEWEST_FIRST.limit(query.limit + 1)
        if query.cursor:
            wanted = wanted.where(Mail.id < query.after)
        if query.state:
            wanted = wanted.where(IS[query.state])
        if query.user_id:
            wanted = wanted.where(Mail.user_id == query.user_id)
        rows = await self.database.rows(wanted)
        mails = [MailRead.model_validate(row) for row in rows[: query.limit]]
        return Page(mails, cursor=str(mails[-1].id) if len(rows) > query.limit else None)
