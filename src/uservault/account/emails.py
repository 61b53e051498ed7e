from uservault.access.origin import CurrentOrigin
from uservault.account.errors import EmailAlreadyYours, EmailNotFound, PrimaryEmail, TooManyEmails
from uservault.account.events import EmailAdded, EmailRemoved
from uservault.auth.errors import EmailUnverified
from uservault.events.log import EventLog
from uservault.kit.identity import email_key
from uservault.mail.recipient import Recipient
from uservault.one_time_tokens.purposes import Purpose
from uservault.one_time_tokens.service import OneTimeTokenService
from uservault.recovery.email_verification import EmailVerification
from uservault.recovery.throttle import EmailThrottle
from uservault.users.emails import UserEmailRepository
from uservault.users.models import User, UserEmail
from uservault.users.service import UserService
from uservault.wiring.scope import CurrentSettings, Inject, Now, Shared, injected

MAX_EMAILS = 10  # of a user


@injected
class EmailAddresses:
    """Adds, removes and swaps a user's own addresses. Any verified one logs in and recovers."""

    users: Inject[UserService]
    emails: Inject[UserEmailRepository]
    verification: Inject[EmailVerification]
    one_time_tokens: Inject[OneTimeTokenService]
    throttle: Shared[EmailThrottle]
    events: Inject[EventLog]
    settings: CurrentSettings
    origin: CurrentOrigin
    now: Now

    async def add(self, user_id: int, email: str) -> UserEmail:
        """Sends an e-mail to verify it. Until then, it keeps nobody from the address.

        Raises EmailAlreadyYours, TooManyEmails, EmailTaken, TooManyTries or UserNotFound.
        """
        user = await self.users.get(user_id)
        further = await self.emails.find(user_id, email)
        if further or email_key(email) == email_key(user.email):
            raise EmailAlreadyYours
        if 1 + await self.emails.count(user_id) >= MAX_EMAILS:
            raise TooManyEmails
        await self._admit(email)
        await self.users.ensure_email_free(email)
        await self.verification.request_further(user, email)
        row = await self.emails.add(user_id, email, self.now())
        self.events.record(EmailAdded(subject_id=user_id))
        return row

    async def make_primary(self, user_id: int, email: str) -> None:
        """The old primary address becomes a further one, and is told.

        Raises EmailNotFound, EmailUnverified, EmailTaken, TooManyTries or UserNotFound.
        """
        user = await self.users.get(user_id)
        if email_key(email) == email_key(user.email):
            return
        further = await self.emails.find(user_id, email)
        if further is None:
            raise EmailNotFound
        if not further.verified_at:
            await self._ensure_may_be_unverified(further.address)
        old = Recipient.of(user)
        await self.users.make_primary(user, further)
        await self.verification.address_changed(user, old)
        await self.verification.request(user)

    async def remove(self, user_id: int, email: str) -> None:
        """Voids what was sent to it. Raises EmailNotFound, PrimaryEmail or UserNotFound."""
        user = await self.users.get(user_id)
        if email_key(email) == email_key(user.email):
            raise PrimaryEmail
        further = await self.emails.find(user_id, email)
        address = further.address if further else await self._proposed(user_id, email)
        if address is None:
            raise EmailNotFound
        await self.one_time_tokens.void(user_id, address=address)
        if further:
            await self.emails.remove(further)
        self.events.record(EmailRemoved(subject_id=user_id))

    async def resend(self, user_id: int, email: str) -> None:
        """Nothing is sent to an address that is verified. Raises EmailNotFound, EmailTaken,
        TooManyTries or UserNotFound."""
        user = await self.users.get(user_id)
        await self._admit(email)
        if email_key(email) == email_key(user.email):
            await self.verification.request(user, must_send=True)
        elif further := await self.emails.find(user_id, email):
            await self._request(user, further)
        elif address := await self._proposed(user_id, email):
            await self.verification.request_change(user, address, must_send=True)
        else:
            raise EmailNotFound

    async def _request(self, user: User, further: UserEmail) -> None:
        if not further.verified_at:
            await self.verification.request_further(user, further.address)

    async def _ensure_may_be_unverified(self, email: str) -> None:
        if self.settings.registration.verify == "required":
            raise EmailUnverified
        if self.settings.registration.verify == "optional":
            await self._admit(email)

    async def _proposed(self, user_id: int, email: str) -> str | None:
        """What may replace the primary address, if it is this one."""
        proposed = await self.one_time_tokens.last_address(user_id, Purpose.CHANGE_EMAIL)
        return proposed if proposed and email_key(proposed) == email_key(email) else None

    async def _admit(self, email: str) -> None:
        await self.throttle.admit(Purpose.VERIFY_EMAIL, email, self.origin.client)
