from uservault.events.log import EventLog
from uservault.idempotency.repository import StoredAnswerRepository
from uservault.mail.repository import MailRepository
from uservault.one_time_tokens.repository import OneTimeTokenRepository
from uservault.privacy.erasures import Erasures
from uservault.roles.repository import RoleRepository
from uservault.users.events import UserPurged
from uservault.users.models import User
from uservault.users.repository import UserRepository
from uservault.users.status import state_of
from uservault.wiring.scope import Inject, Now, injected


@injected
class Purge:
    """Deletes a user for good, with the rows that reference them and what is keyed by them.

    Their events stay, without personal data: see `Erasures`. The user must be locked.
    """

    users: Inject[UserRepository]
    roles: Inject[RoleRepository]
    mails: Inject[MailRepository]
    one_time_tokens: Inject[OneTimeTokenRepository]
    answers: Inject[StoredAnswerRepository]
    erasures: Inject[Erasures]
    events: Inject[EventLog]
    now: Now

    async def purge(self, user: User) -> None:
        await self.roles.lock_for_assignment(user.id, ())  # or the cascade would lock grants first
        before = state_of(user, self.now())
        await self.mails.forget(user.id)
        await self.one_time_tokens.forget(user.id)
        await self.answers.forget(user.id)
        await self.users.delete(user)
        self.events.record(UserPurged(subject_id=user.id, before=before))
        await self.erasures.begin(user.id)
