from typing import cast

from sqlalchemy import CursorResult, or_, update

from uservault.events.models import EventRecord
from uservault.kit.wiring import WriteSession


class EventErasure:
    """Takes from the record what tells of a person, and leaves what happened."""

    def __init__(self, session: WriteSession) -> None:
        self.session = session

    async def forget(self, user_id: int) -> int:
        """Where the user came from, and with what. The number of events.

        Where others came from who did something to the user is not the user's.
        """
        alone = (EventRecord.subject_id == user_id) & EventRecord.actor_id.is_(None)
        theirs = or_(EventRecord.actor_id == user_id, alone)
        forgotten = update(EventRecord).where(theirs).values(address=None, user_agent=None)
        quiet = forgotten.execution_options(synchronize_session=False)
        return cast("CursorResult[tuple[()]]", await self.session.execute(quiet)).rowcount
