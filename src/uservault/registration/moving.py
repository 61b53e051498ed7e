from sqlalchemy import select

from uservault.access.origin import CurrentOrigin
from uservault.events.log import EventLog
from uservault.kit.identity import email_key
from uservault.limits.errors import TooManyTries
from uservault.one_time_tokens.service import OneTimeTokenService
from uservault.passwords.service import PasswordService
from uservault.passwords.stored_costs import StoredCosts
from uservault.passwords.throttle import LoginThrottle
from uservault.registration.events import RegistrationMoved, UsernameRefused
from uservault.registration.provisional_reader import PROVISIONAL, Holder, ProvisionalReader
from uservault.registration.schemas import UserCreate
from uservault.users.errors import UsernameTaken
from uservault.users.events import UserUpdated
from uservault.users.models import User
from uservault.users.repository import UserRepository
from uservault.users.service import UserService
from uservault.users.status import state_of
from uservault.wiring.scope import Hasher, Inject, Now, Shared, WriteSession, injected


@injected
class MovedRegistration:
    """Registers somebody again who mistyped their address, with another one.

    They prove by the password that the username is theirs, as they would log in: it counts as a
    login, and takes as long and says the same for the name of a user who is here to stay.
    """

    reader: Shared[ProvisionalReader]
    costs: Shared[StoredCosts]
    throttle: Shared[LoginThrottle]
    hasher: Hasher
    users: Inject[UserService]
    rows: Inject[UserRepository]
    session: WriteSession
    passwords: Inject[PasswordService]
    one_time_tokens: Inject[OneTimeTokenService]
    events: Inject[EventLog]
    origin: CurrentOrigin
    now: Now

    async def move(self, data: UserCreate) -> User | None:
        """None if the username is free. Raises UsernameTaken, EmailTaken or TooManyPasswords."""
        holder = await self.reader.holder(data.username)
        if holder is None:
            return None
        try:
            proved = await self._proves(holder, data)
        except TooManyTries:
            raise UsernameTaken from None
        user = await self._user(holder, data) if proved else None
        if user is None:
            raise self._refused(holder)
        await self._move(user, data)
        return user

    async def _proves(self, holder: Holder, data: UserCreate) -> bool:
        """Holds no connection. Raises TooManyTries or TooManyPasswords."""
        async with self.throttle.attempt(data.username, self.origin.client) as attempt:
            await self.costs.tell()
            admitted = await attempt.admit(holder.user_id, None)
            verdict = await self.hasher.verify(data.password, holder.hash if admitted else None)
        if verdict.right:
            await attempt.forgive()
        return verdict.right

    async def _user(self, holder: Holder, data: UserCreate) -> User | None:
        """The user, locked, if they are still who they were when the password was compared."""
        user = await self.rows.get(holder.user_id) if holder.user_id else None
        if user is None or email_key(data.email) == email_key(user.email):
            return None
        still = await self.session.scalar(select(User.id).where(User.id == user.id, PROVISIONAL))
        same = await self.passwords.is_still(user.id, holder.hash or "")
        return user if still and same else None

    async def _move(self, user: User, data: UserCreate) -> None:
        """What was sent to the old address is void. It is not told: it may be a stranger's."""
        await self.users.ensure_email_free(data.email, user.id)
        now = self.now()
        before = state_of(user, now)
        user.email = data.email
        user.provisional_since = user.updated_at = now
        await self.rows.save(user)
        await self.one_time_tokens.void(user.id)
        after = state_of(user, now)
        self.events.record(
            UserUpdated(subject_id=user.id, changed=["email"], before=before, after=after)
        )
        self.events.record(RegistrationMoved(subject_id=user.id))

    def _refused(self, holder: Holder) -> UsernameTaken:
        """A guess leaves a trace, like that of a login."""
        self.events.record(UsernameRefused(subject_id=holder.user_id))
        refused = UsernameTaken()
        refused.keep_writes = True
        return refused
