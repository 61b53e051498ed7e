from sqlalchemy import and_, select

from uservault.kit.page import Page
from uservault.kit.ports import Resources
from uservault.mail.models import Letter
from uservault.mail.schemas import LetterQuery, LetterRead, LetterState

IS = {
    LetterState.QUEUED: and_(Letter.sent_at.is_(None), Letter.failed_at.is_(None)),
    LetterState.SENT: Letter.sent_at.is_not(None),
    LetterState.FAILED: Letter.failed_at.is_not(None),
}
SHOWN = select(*(getattr(Letter, field) for field in LetterRead.model_fields))
NEWEST_FIRST = SHOWN.order_by(Letter.id.desc())


class LetterReader:
    """What can be asked of letters; never what they say."""

    def __init__(self, resources: Resources) -> None:
        self.database = resources.database

    async def page(self, query: LetterQuery) -> Page[LetterRead]:
        """The newest first."""
        wanted = NEWEST_FIRST.limit(query.limit + 1)
        if query.cursor:
            wanted = wanted.where(Letter.id < query.after)
        if query.state:
            wanted = wanted.where(IS[query.state])
        if query.user_id:
            wanted = wanted.where(Letter.user_id == query.user_id)
        rows = await self.database.rows(wanted)
        letters = [LetterRead.model_validate(row) for row in rows[: query.limit]]
        return Page(letters, cursor=str(letters[-1].id) if len(rows) > query.limit else None)
