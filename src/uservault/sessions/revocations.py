"""What has ended lately, for services that verify tokens by themselves and poll.

Nothing is kept for it: it is read off the record of events.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, select

from uservault.db.database import AnyRow
from uservault.events.models import EventRecord
from uservault.sessions.schemas import Revocation, RevocationFeed
from uservault.wiring.ports import Resources

USER = ("user.deactivated", "user.deleted")
SESSIONS = "session.revoked"
EVERYBODY = "session.revoked_everywhere"
# Ids are given out before the commit, so a later one may be seen first: look that far back again.
# Clocks of replicas may differ by half a minute, too.
OVERLAP = timedelta(seconds=45)
PAGE_SIZE = 500

COLUMNS = (EventRecord.id, EventRecord.type, EventRecord.at, EventRecord.subject_id)
FEED = (
    select(*COLUMNS, EventRecord.data)
    .where(EventRecord.type.in_([*USER, SESSIONS, EVERYBODY]))
    .order_by(EventRecord.id)
    .limit(bindparam("most"))
)


class RevocationReader:
    """Answers each poll with what came since the last, and a little of what came before."""

    def __init__(self, resources: Resources) -> None:
        self.database = resources.database
        self.now = resources.clock
        tokens = resources.settings.tokens
        self.horizon = tokens.lifetime + timedelta(seconds=tokens.leeway)

    async def since(self, after: int | None) -> RevocationFeed:
        """From the beginning if `after` is None: as far back as tokens live."""
        rows = await self.database.rows(FEED.where(self._begin(after)), {"most": PAGE_SIZE + 1})
        shown, more = rows[:PAGE_SIZE], len(rows) > PAGE_SIZE
        settled = [row.id for row in shown if more or row.at <= self.now() - OVERLAP]
        return RevocationFeed(
            revocations=[_revocation(row) for row in shown],
            cursor=str(max(settled, default=after or 0)),
            more=more,
        )

    def _begin(self, after: int | None) -> ColumnElement[bool]:
        """What is older than any token need not be looked for, however long ago they asked."""
        lately = EventRecord.at > self.now() - self.horizon
        return lately & (EventRecord.id > after) if after else lately


def _revocation(row: AnyRow) -> Revocation:
    at: datetime = row.at
    match row.type:
        case "session.revoked":
            return Revocation(kind="sessions", at=at, session_ids=row.data["sessions"])
        case "session.revoked_everywhere":
            return Revocation(kind="everybody", at=at)
    return Revocation(kind="user", at=at, user_id=row.subject_id)
