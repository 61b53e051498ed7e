from sqlalchemy import select

from uservault.events.log import EventLog
from uservault.kit.identity import email_key
from uservault.mail.messages import Contents, ResetPassword, VerifyEmail
from uservault.mail.service import Mailer
from uservault.one_time_tokens.purposes import Purpose
from uservault.one_time_tokens.service import OneTimeTokenService
from uservault.recovery.events import PasswordResetRequested
from uservault.recovery.models import QueuedEmailRequest
from uservault.recovery.repository import EmailRequestRepository
from uservault.telemetry.origin import Origin
from uservault.users.models import User
from uservault.users.repository import UserRepository
from uservault.users.status import is_active
from uservault.wiring.ports import Resources
from uservault.wiring.scope import CurrentSettings, Inject, Now, injected, scope


@injected
class EmailRequestHandler:
    """Queues the requested e-mail if an active user has the address and needs the e-mail."""

    users: Inject[UserRepository]
    one_time_tokens: Inject[OneTimeTokenService]
    mailer: Inject[Mailer]
    events: Inject[EventLog]
    settings: CurrentSettings
    now: Now

    async def handle(self, request: QueuedEmailRequest) -> None:
        if user := await self._recipient(request):
            await self._queue(request, user)

    async def _recipient(self, request: QueuedEmailRequest) -> User | None:
        id = await self.users.id_by_email(request.email_key)
        user = await self.users.get(id) if id else None
        if user is None or not is_active(user, self.now()):
            return None
        if email_key(user.email) != request.email_key:  # changed before the user was locked
            return None
        needed = request.purpose == Purpose.RESET_PASSWORD or self._needs_verification(user)
        return user if needed else None

    def _needs_verification(self, user: User) -> bool:
        return self.settings.registration.verify != "off" and not user.email_verified

    async def _queue(self, request: QueuedEmailRequest, user: User) -> None:
        issued = await self.one_time_tokens.issue(Purpose(request.purpose), user.id, user.email)
        contents: Contents = VerifyEmail(token=issued.token, code=issued.code)
        if request.purpose == Purpose.RESET_PASSWORD:
            contents = ResetPassword(token=issued.token, username=user.username)
            self.events.record(PasswordResetRequested(subject_id=user.id))
        await self.mailer.queue(contents, user.email, user.locale, user.id)


class EmailRequestJob:
    """Handles queued e-mail requests, oldest first, with the origin of the HTTP request."""

    def __init__(self, resources: Resources) -> None:
        self.resources = resources

    async def run_once(self) -> int:
        """The number of requests handled, at most 1."""
        if not await self.resources.database.rows(select(QueuedEmailRequest.id).limit(1)):
            return 0
        async with scope(self.resources) as made:
            requests = made.get(EmailRequestRepository)
            request = await requests.next()
            if request is None:
                return 0
            made.facts["origin"] = Origin(
                address=request.address,
                user_agent=request.user_agent,
                request_id=request.request_id,
            )
            await made.get(EmailRequestHandler).handle(request)
            await requests.delete(request)
        return 1
