from sqlalchemy import select

from uservault.events.log import EventLog
from uservault.mail.messages import Contents, ResetPassword, VerifyEmail
from uservault.mail.service import Mailer
from uservault.one_time_tokens.purposes import Purpose
from uservault.one_time_tokens.service import OneTimeTokenService
from uservault.recovery.events import PasswordResetRequested
from uservault.recovery.models import QueuedEmailRequest
from uservault.recovery.repository import EmailRequestRepository
from uservault.telemetry.origin import Origin
from uservault.users.emails import UserEmailRepository
from uservault.users.models import User
from uservault.users.repository import UserRepository
from uservault.users.status import is_active
from uservault.wiring.ports import Resources
from uservault.wiring.scope import CurrentSettings, Inject, Now, injected, scope


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
        user = await self._user(request)
        if user is None:
            return
        address = await self.emails.usable(user, request.email_key)
        if address and self._is_needed(request, user, address):
            await self._queue(request, user, address)

    async def _user(self, request: QueuedEmailRequest) -> User | None:
        id = await self.users.id_by_email(request.email_key)
        user = await self.users.get(id) if id else None
        return user if user and is_active(user, self.now()) else None

    def _is_needed(self, request: QueuedEmailRequest, user: User, address: str) -> bool:
        if request.purpose == Purpose.RESET_PASSWORD:
            return True
        unverified = address == user.email and not user.email_verified
        return unverified and self.settings.registration.verify != "off"

    async def _queue(self, request: QueuedEmailRequest, user: User, address: str) -> None:
        issued = await self.one_time_tokens.issue(Purpose(request.purpose), user.id, address)
        contents: Contents = VerifyEmail(token=issued.token, code=issued.code)
        if request.purpose == Purpose.RESET_PASSWORD:
            contents = ResetPassword(token=issued.token, username=user.username)
            self.events.record(PasswordResetRequested(subject_id=user.id))
        await self.mailer.queue(contents, address, user.locale, user.id)


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
