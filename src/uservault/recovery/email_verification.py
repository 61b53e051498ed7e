from typing import TypeAlias

from uservault.events.log import EventLog
from uservault.mail.messages import (
    ConfirmNewEmail,
    EmailAdded,
    EmailChanged,
    EmailChangeRequested,
    VerifyEmail,
)
from uservault.mail.notices import Notices
from uservault.mail.recipient import Recipient
from uservault.mail.service import Mailer
from uservault.one_time_tokens.errors import OneTimeTokenInvalid
from uservault.one_time_tokens.purposes import OF_ADDRESS, Purpose
from uservault.one_time_tokens.reader import LiveToken
from uservault.one_time_tokens.service import OneTimeTokenService
from uservault.recovery.events import EmailProposed
from uservault.users.emails import UserEmailRepository
from uservault.users.models import User
from uservault.users.service import UserService
from uservault.wiring.scope import CurrentSettings, Inject, injected

Proof: TypeAlias = type[VerifyEmail] | type[ConfirmNewEmail]


@injected
class EmailVerification:
    """Verifies that a user reads the e-mails sent to their address."""

    one_time_tokens: Inject[OneTimeTokenService]
    users: Inject[UserService]
    emails: Inject[UserEmailRepository]
    mailer: Inject[Mailer]
    notices: Inject[Notices]
    events: Inject[EventLog]
    settings: CurrentSettings

    async def request(self, user: User, *, must_send: bool = False) -> None:
        """Sends the e-mail, unless verification is off or the address is already verified.

        `must_send`: it is what the caller asked for. Raises TooManyTries only then.
        """
        if self.settings.registration.verify == "off" or user.email_verified:
            return
        await self._send(VerifyEmail, Purpose.VERIFY_EMAIL, user, user.email, must_send)

    async def propose(self, user: User, email: str) -> None:
        """Another address for the user, who is told at the present one (I4). Raises EmailTaken."""
        await self.request_change(user, email)
        self.events.record(EmailProposed(subject_id=user.id))
        notice = EmailChangeRequested(username=user.username)
        await self.notices.tell(notice, Recipient.of(user))

    async def request_change(self, user: User, email: str, *, must_send: bool = False) -> None:
        """Sends the e-mail to the new address. Once verified, it replaces the old address.

        Raises EmailTaken, or like `request`.
        """
        await self.users.ensure_email_free(email, user.id)
        await self._send(ConfirmNewEmail, Purpose.CHANGE_EMAIL, user, email, must_send)

    async def request_further(self, user: User, email: str) -> None:
        """Sends the e-mail to a further address, whether or not the primary one is verified.

        Raises TooManyTries.
        """
        await self._send(ConfirmNewEmail, Purpose.ADD_EMAIL, user, email, must_send=True)

    async def _send(
        self, kind: Proof, purpose: Purpose, user: User, email: str, must_send: bool
    ) -> None:
        """Issues the one-time token anyway, because it keeps the address for a later e-mail."""
        to = Recipient(email, locale=user.locale, user_id=user.id)
        admit = self.mailer.admit if must_send else self.mailer.offer
        admitted = await admit(kind, to)
        issued = await self.one_time_tokens.issue(purpose, user.id, email)
        if admitted:
            await self.mailer.queue(kind(token=issued.token, code=issued.code), admitted)

    async def verify_by_token(self, token: str) -> None:
        """Raises OneTimeTokenInvalid, or EmailTaken if another user has taken the address since."""
        one_time_token = await self.one_time_tokens.find(token, *OF_ADDRESS)
        await self.verify(await self.users.get(one_time_token.user_id), one_time_token)

    async def verify_by_code(self, user_id: int, code: str) -> None:
        """Raises like `verify_by_token`, or TooManyTries."""
        user = await self.users.get(user_id)
        await self.verify(user, await self.one_time_tokens.find_by_code(user_id, code))

    async def verify(self, user: User, one_time_token: LiveToken) -> None:
        """Raises like `verify_by_token`."""
        if one_time_token.purpose is Purpose.ADD_EMAIL:
            await self._verify_further(user, one_time_token)
            return
        old = Recipient.of(user)
        if one_time_token.purpose is Purpose.VERIFY_EMAIL and one_time_token.address != old.address:
            raise OneTimeTokenInvalid
        await self.one_time_tokens.use(one_time_token)
        await self.users.verify_email(user, one_time_token.address)
        if user.email != old.address:
            await self.address_changed(user, old)

    async def _verify_further(self, user: User, one_time_token: LiveToken) -> None:
        further = await self.emails.find(user.id, one_time_token.address)
        if further is None or further.verified_at:
            raise OneTimeTokenInvalid
        await self.one_time_tokens.use(one_time_token)
        await self.users.verify_further(further)
        notice = EmailAdded(username=user.username)
        await self.notices.tell(notice, Recipient.of(user))

    async def address_changed(self, user: User, old: Recipient) -> None:
        """Voids the user's one-time tokens and notifies the old address."""
        await self.one_time_tokens.void(user.id)
        notice = EmailChanged(username=user.username)
        await self.notices.tell(notice, old)
