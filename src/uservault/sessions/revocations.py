"""What has ended lately, for services that verify tokens by themselves and poll.

Nothing is kept for it: it is read off the record of events.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select

from uservault.db.database import AnyRow
from uservault.events.models import EventRecord
from uservault.sessions.cursor import Cursor, Position
from uservault.sessions.lifetime import MARGIN
from uservault.sessions.schemas import Revocation, RevocationFeed
from uservault.settings.tokens import LONGEST
from uservault.wiring.ports import Resources

USER = ("user.deactivated", "user.deleted")
SESSIONS = "session.revoked"
EVERYBODY = "session.revoked_everywhere"
# An event has its time before its commit, and the clocks of hosts may differ by 30 s (H12).
# So what is younger may still get company before it: read it again.
OVERLAP = timedelta(seconds=45)
PAGE_SIZE = 500
HORIZON = LONGEST + MARGIN  # the settings may have allowed longer tokens until a moment ago

COLUMNS = (EventRecord.id, EventRecord.type, EventRecord.at, EventRecord.subject_id)
FEED = (
    select(*COLUMNS, EventRecord.data)
    .where(EventRecord.type.in_([*USER, SESSIONS, EVERYBODY]))
    .order_by(EventRecord.at, EventRecord.id)
    .limit(PAGE_SIZE + 1)
)


class RevocationReader:
    """Answers each poll with what came since the last, and what came shortly before.

    The order is that of time, since ids need not be: a server may cache them, or a node make its
    own. A page that is full moves the scan alone. The next scan begins at what is settled (I17).
    """

    def __init__(self, resources: Resources) -> None:
        self.database = resources.database
        self.now = resources.clock

    async def since(self, after: Cursor) -> RevocationFeed:
        """From the beginning, as far back as tokens live, if `after` is the first cursor."""
        rows = await self.database.rows(FEED.where(self._begin(after.scan)))
        page, more = rows[:PAGE_SIZE], len(rows) > PAGE_SIZE
        settled = max([after.settled, *self._settled(page)])
        last = Position(page[-1].at, page[-1].id) if more else settled
        return RevocationFeed(
            revocations=[_revocation(row) for row in page],
            cursor=str(Cursor(settled, last)),
            more=more,
        )

    def _settled(self, page: Sequence[AnyRow]) -> Iterator[Position]:
        end = self.now() - OVERLAP
        return (Position(row.at, row.id) for row in page if row.at <= end)

    def _begin(self, scan: Position) -> ColumnElement[bool]:
        """What is older than any token need not be looked for, however long ago they asked."""
        at, id = EventRecord.at, EventRecord.id
        lately = at > self.now() - HORIZON
        return lately & (at >= scan.at) & or_(at > scan.at, id > scan.id)


def _revocation(row: AnyRow) -> Revocation:
    at: datetime = row.at
    match row.type:
        case "session.revoked":
            return Revocation(kind="sessions", at=at, session_ids=row.data["sessions"])
        case "session.revoked_everywhere":
            return Revocation(kind="everybody", at=at)
    return Revocation(kind="user", at=at, user_id=row.subject_id)
