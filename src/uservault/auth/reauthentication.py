from datetime import datetime

from uservault.access.principal import Principal
from uservault.auth.events import (
    Reauthenticated,
    ReauthenticationRefused,
    ReauthenticationThrottled,
)
from uservault.auth.password_method import PASSWORD
from uservault.events.log import EventLog
from uservault.events.refusals import first_refusal_recorded
from uservault.kit.problems import Forbidden
from uservault.passwords.errors import CurrentPasswordWrong
from uservault.passwords.reader import CredentialReader
from uservault.passwords.throttle import PasswordThrottle
from uservault.sessions.service import SessionService
from uservault.wiring.scope import Hasher, Inject, Shared, injected


@injected
class Reauthentication:
    """A new proof for a session that goes on (I1)."""

    credentials: Shared[CredentialReader]
    throttle: Shared[PasswordThrottle]
    hasher: Hasher
    sessions: Inject[SessionService]
    events: Inject[EventLog]

    async def prove(self, me: Principal, password: str) -> datetime:
        """The time of the new proof.

        Raises CurrentPasswordWrong, TooManyTries, TooManyPasswords, or Forbidden for a credential
        that is no session.
        """
        if me.session_id is None:
            raise Forbidden
        with first_refusal_recorded(self.events, ReauthenticationThrottled(subject_id=me.user_id)):
            async with self.throttle.counting(me.user_id):
                known = await self.credentials.of(me.user_id)
                verdict = await self.hasher.verify(password, known.hash if known else None)
        if not verdict.right:
            self.events.record(ReauthenticationRefused(subject_id=me.user_id))
            raise CurrentPasswordWrong
        await self.throttle.forgive(me.user_id)
        at = await self.sessions.renew(me.user_id, me.session_id, (PASSWORD,))
        self.events.record(Reauthenticated(subject_id=me.user_id))
        return at
