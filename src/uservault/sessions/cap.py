from uservault.sessions.ending import BATCH_SIZE, SessionEnding
from uservault.sessions.models import Session
from uservault.sessions.reader import SessionReader
from uservault.sessions.repository import SessionRepository
from uservault.wiring.scope import CurrentSettings, Inject, Shared, injected


@injected
class SessionCap:
    """Keeps a user's sessions to USERVAULT_SESSIONS__MAX_PER_USER (I10)."""

    reader: Shared[SessionReader]
    sessions: Inject[SessionRepository]
    ending: Inject[SessionEnding]
    settings: CurrentSettings

    async def make_room(self, user_id: int) -> None:
        """Ends what was idle longest, if one more would be too many.

        Lock the user first: concurrent logins then count one after the other. Users who had more
        before there was a cap lose them in batches, one a login.
        """
        count = await self.reader.count_unrevoked(user_id)
        if (excess := count + 1 - self.settings.sessions.max_per_user) > 0:
            ids = await self.sessions.idlest(user_id, min(excess, BATCH_SIZE))
            chosen = (Session.user_id == user_id) & Session.id.in_(ids)
            await self.ending.end(chosen & Session.revoked_at.is_(None))
            self.ending.record(user_id, ids, "too many sessions")
