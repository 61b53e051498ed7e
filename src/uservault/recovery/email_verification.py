from uservault.mail.messages import ConfirmNewEmail, EmailChanged, VerifyEmail
from uservault.mail.notices import Notices
from uservault.mail.service import Mailer
from uservault.one_time_tokens.errors import OneTimeTokenInvalid
from uservault.one_time_tokens.purposes import OF_ADDRESS, Purpose
from uservault.one_time_tokens.reader import LiveToken
from uservault.one_time_tokens.service import OneTimeTokenService
from uservault.users.models import User
from uservault.users.service import UserService
from uservault.wiring.scope import CurrentSettings, Inject, injected


@injected
class EmailVerification:
    """Proving that an address is one's own, by what was sent to it."""

    one_time_tokens: Inject[OneTimeTokenService]
    users: Inject[UserService]
    mailer: Inject[Mailer]
    notices: Inject[Notices]
    settings: CurrentSettings

    async def ask(self, user: User) -> None:
        """Sends the e-mail, unless nobody wants the proof."""
        if self.settings.registration.verify == "off" or user.email_verified:
            return
        issued = await self.one_time_tokens.issue(Purpose.VERIFY_EMAIL, user.id, user.email)
        contents = VerifyEmail(token=issued.token, code=issued.code)
        await self.mailer.queue(contents, user.email, user.locale, user.id)

    async def propose(self, user: User, email: str) -> None:
        """An address that is to be theirs once they have proved it. Raises EmailTaken."""
        await self.users.ensure_email_free(email, user.id)
        issued = await self.one_time_tokens.issue(Purpose.CHANGE_EMAIL, user.id, email)
        contents = ConfirmNewEmail(token=issued.token, code=issued.code)
        await self.mailer.queue(contents, email, user.locale, user.id)

    async def by_token(self, token: str) -> None:
        """Raises OneTimeTokenInvalid, or EmailTaken by somebody who was faster."""
        one_time_token = await self.one_time_tokens.find(token, *OF_ADDRESS)
        await self._verify(await self.users.get(one_time_token.user_id), one_time_token)

    async def by_code(self, user_id: int, code: str) -> None:
        """Raises like `by_token`."""
        user = await self.users.get(user_id)
        await self._verify(user, await self.one_time_tokens.find_by_code(user_id, code))

    async def _verify(self, user: User, one_time_token: LiveToken) -> None:
        before = user.email
        if one_time_token.purpose is Purpose.VERIFY_EMAIL and one_time_token.address != before:
            raise OneTimeTokenInvalid
        await self.one_time_tokens.use(one_time_token)
        await self.users.verify_email(user, one_time_token.address)
        if user.email != before:
            await self.moved(user, before)

    async def moved(self, user: User, before: str) -> None:
        """What was sent to the former address opens nothing any more, and it is told."""
        await self.one_time_tokens.void(user.id)
        notice = EmailChanged(username=user.username)
        await self.notices.tell(notice, before, user.locale, user.id)
