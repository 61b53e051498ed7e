from uservault.kit.wiring import CurrentSettings, Inject
from uservault.mail.letters import ConfirmNewEmail, EmailChanged, VerifyEmail
from uservault.mail.notices import Notices
from uservault.mail.service import Mailer
from uservault.tickets.errors import TicketRefused
from uservault.tickets.purposes import OF_ADDRESS, Purpose
from uservault.tickets.reader import Presented
from uservault.tickets.service import TicketService
from uservault.users.models import User
from uservault.users.service import UserService


class Verification:
    """Proving that an address is one's own, by what was sent to it."""

    def __init__(
        self,
        tickets: Inject[TicketService],
        users: Inject[UserService],
        mailer: Inject[Mailer],
        notices: Inject[Notices],
        settings: CurrentSettings,
    ) -> None:
        self.tickets = tickets
        self.users = users
        self.mailer = mailer
        self.notices = notices
        self.mode = settings.registration.verify

    async def ask(self, user: User) -> None:
        """Sends the letter, unless nobody wants the proof."""
        if self.mode == "off" or user.email_verified:
            return
        issued = await self.tickets.issue(Purpose.VERIFY_EMAIL, user.id, user.email)
        contents = VerifyEmail(token=issued.token, code=issued.code)
        await self.mailer.queue(contents, user.email, user.locale, user.id)

    async def propose(self, user: User, email: str) -> None:
        """An address that is to be theirs once they have proved it. Raises EmailTaken."""
        await self.users.ensure_email_free(email, user.id)
        issued = await self.tickets.issue(Purpose.CHANGE_EMAIL, user.id, email)
        contents = ConfirmNewEmail(token=issued.token, code=issued.code)
        await self.mailer.queue(contents, email, user.locale, user.id)

    async def by_token(self, token: str) -> None:
        """Raises TicketRefused, or EmailTaken by somebody who was faster."""
        ticket = await self.tickets.find(token, *OF_ADDRESS)
        await self._verify(await self.users.get(ticket.user_id), ticket)

    async def by_code(self, user_id: int, code: str) -> None:
        """Raises like `by_token`."""
        user = await self.users.get(user_id)
        await self._verify(user, await self.tickets.find_by_code(user_id, code))

    async def _verify(self, user: User, ticket: Presented) -> None:
        before = user.email
        if ticket.purpose is Purpose.VERIFY_EMAIL and ticket.address != before:
            raise TicketRefused
        await self.tickets.use(ticket)
        await self.users.verify_email(user, ticket.address)
        if user.email != before:
            await self.moved(user, before)

    async def moved(self, user: User, before: str) -> None:
        """What was sent to the former address opens nothing any more, and it is told."""
        await self.tickets.void(user.id)
        notice = EmailChanged(username=user.username)
        await self.notices.tell(notice, before, user.locale, user.id)
