from collections.abc import Mapping

from uservault.events.log import EventLog
from uservault.mail.messages import Contents, ResetPassword, VerifyEmail
from uservault.mail.recipient import Recipient
from uservault.mail.service import Mailer
from uservault.one_time_tokens.purposes import Purpose
from uservault.one_time_tokens.service import OneTimeTokenService
from uservault.recovery.events import PasswordResetRequested
from uservault.recovery.models import QueuedEmailRequest
from uservault.users.emails import UserEmailRepository
from uservault.users.models import User
from uservault.users.repository import UserRepository
from uservault.users.status import is_active
from uservault.wiring.scope import CurrentSettings, Inject, Now, injected

KINDS: Mapping[str, type[Contents]] = {
    Purpose.RESET_PASSWORD: ResetPassword,
    Purpose.VERIFY_EMAIL: VerifyEmail,
}


@injected
class EmailRequestHandler:
    """Queues the requested e-mail if an active user has the address and needs the e-mail.

    It goes to the address that was asked for, if that is the primary one or verified.
    """

    users: Inject[UserRepository]
    emails: Inject[UserEmailRepository]
    one_time_tokens: Inject[OneTimeTokenService]
    mailer: Inject[Mailer]
    events: Inject[EventLog]
    settings: CurrentSettings
    now: Now

    async def handle(self, request: QueuedEmailRequest) -> None:
        """Raises KeyError for a purpose that there is no e-mail for."""
        kind = KINDS[request.purpose]
        user = await self._user(request)
        address = await self.emails.usable(user, request.email_key) if user else None
        if user and address and self._needs(kind, user, address):
            await self._queue(kind, user, address)

    async def _user(self, request: QueuedEmailRequest) -> User | None:
        id = await self.users.id_by_email(request.email_key)
        user = await self.users.get(id) if id else None
        return user if user and is_active(user, self.now()) else None

    def _needs(self, kind: type[Contents], user: User, address: str) -> bool:
        if kind is ResetPassword:
            return True
        unverified = address == user.email and not user.email_verified
        return unverified and self.settings.registration.verify != "off"

    async def _queue(self, kind: type[Contents], user: User, address: str) -> None:
        """If there were too many e-mails, the link that was sent before stays valid."""
        proved = address != user.email or user.email_verified
        to = Recipient(address, proved, user.locale, user.id)
        if admitted := await self.mailer.offer(kind, to):
            await self.mailer.queue(await self._contents(kind, user, address), admitted)

    async def _contents(self, kind: type[Contents], user: User, address: str) -> Contents:
        if kind is VerifyEmail:
            issued = await self.one_time_tokens.issue(Purpose.VERIFY_EMAIL, user.id, address)
            return VerifyEmail(token=issued.token, code=issued.code)
        issued = await self.one_time_tokens.issue(Purpose.RESET_PASSWORD, user.id, address)
        self.events.record(PasswordResetRequested(subject_id=user.id))
        return ResetPassword(token=issued.token, username=user.username)
