from uservault.mail.messages import ConfirmNewEmail, EmailAdded, EmailChanged, VerifyEmail
from uservault.mail.notices import Notices
from uservault.mail.service import Mailer
from uservault.one_time_tokens.errors import OneTimeTokenInvalid
from uservault.one_time_tokens.purposes import OF_ADDRESS, Purpose
from uservault.one_time_tokens.reader import LiveToken
from uservault.one_time_tokens.service import OneTimeTokenService
from uservault.users.emails import UserEmailRepository
from uservault.users.models import User
from uservault.users.service import UserService
from uservault.wiring.scope import CurrentSettings, Inject, injected


@injected
class EmailVerification:
    """Verifies that a user reads the e-mails sent to their address."""

    one_time_tokens: Inject[OneTimeTokenService]
    users: Inject[UserService]
    emails: Inject[UserEmailRepository]
    mailer: Inject[Mailer]
    notices: Inject[Notices]
    settings: CurrentSettings

    async def request(self, user: User) -> None:
        """Sends the e-mail, unless verification is off or the address is already verified."""
        if self.settings.registration.verify == "off" or user.email_verified:
            return
        issued = await self.one_time_tokens.issue(Purpose.VERIFY_EMAIL, user.id, user.email)
        contents = VerifyEmail(token=issued.token, code=issued.code)
        await self.mailer.queue(contents, user.email, user.locale, user.id)

    async def request_change(self, user: User, email: str) -> None:
        """Sends the e-mail to the new address. Once verified, it replaces the old address.

        Raises EmailTaken.
        """
        await self.users.ensure_email_free(email, user.id)
        issued = await self.one_time_tokens.issue(Purpose.CHANGE_EMAIL, user.id, email)
        contents = ConfirmNewEmail(token=issued.token, code=issued.code)
        await self.mailer.queue(contents, email, user.locale, user.id)

    async def request_further(self, user: User, email: str) -> None:
        """Sends the e-mail to a further address, whether or not the primary one is verified."""
        issued = await self.one_time_tokens.issue(Purpose.ADD_EMAIL, user.id, email)
        contents = ConfirmNewEmail(token=issued.token, code=issued.code)
        await self.mailer.queue(contents, email, user.locale, user.id)

    async def verify_by_token(self, token: str) -> None:
        """Raises OneTimeTokenInvalid, or EmailTaken if another user has taken the address since."""
        one_time_token = await self.one_time_tokens.find(token, *OF_ADDRESS)
        await self._verify(await self.users.get(one_time_token.user_id), one_time_token)

    async def verify_by_code(self, user_id: int, code: str) -> None:
        """Raises like `verify_by_token`."""
        user = await self.users.get(user_id)
        await self._verify(user, await self.one_time_tokens.find_by_code(user_id, code))

    async def _verify(self, user: User, one_time_token: LiveToken) -> None:
        if one_time_token.purpose is Purpose.ADD_EMAIL:
            await self._verify_further(user, one_time_token)
            return
        old_email = user.email
        if one_time_token.purpose is Purpose.VERIFY_EMAIL and one_time_token.address != old_email:
            raise OneTimeTokenInvalid
        await self.one_time_tokens.use(one_time_token)
        await self.users.verify_email(user, one_time_token.address)
        if user.email != old_email:
            await self.address_changed(user, old_email)

    async def _verify_further(self, user: User, one_time_token: LiveToken) -> None:
        further = await self.emails.find(user.id, one_time_token.address)
        if further is None or further.verified_at:
            raise OneTimeTokenInvalid
        await self.one_time_tokens.use(one_time_token)
        await self.users.verify_further(further)
        notice = EmailAdded(username=user.username)
        await self.notices.tell(notice, user.email, user.locale, user.id)

    async def address_changed(self, user: User, old_email: str) -> None:
        """Voids the user's one-time tokens and notifies the old address."""
        await self.one_time_tokens.void(user.id)
        notice = EmailChanged(username=user.username)
        await self.notices.tell(notice, old_email, user.locale, user.id)
