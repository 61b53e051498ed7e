from uservault.access.origin import CurrentOrigin
from uservault.account.events import PasswordReset
from uservault.account.throttle import PasswordThrottle, ResetThrottle
from uservault.events.log import EventLog
from uservault.kit.wiring import Inject, Shared
from uservault.mail.letters import PasswordChanged
from uservault.mail.notices import Notices
from uservault.passwords.reader import CredentialReader
from uservault.passwords.service import PasswordService
from uservault.passwords.throttle import LoginThrottle
from uservault.sessions.service import SessionService
from uservault.tickets.errors import TicketRefused
from uservault.tickets.purposes import Purpose
from uservault.tickets.reader import Presented
from uservault.tickets.service import TicketService
from uservault.users.models import User
from uservault.users.reader import UserReader
from uservault.users.service import UserService


class Recovery:
    """A new password, by who reads what is sent to the user's address (B8)."""

    def __init__(
        self,
        reader: Shared[UserReader],
        credentials: Shared[CredentialReader],
        throttle: Shared[ResetThrottle],
        guesses: Shared[PasswordThrottle],
        logins: Shared[LoginThrottle],
        tickets: Inject[TicketService],
        users: Inject[UserService],
        passwords: Inject[PasswordService],
        sessions: Inject[SessionService],
        notices: Inject[Notices],
        events: Inject[EventLog],
        origin: CurrentOrigin,
    ) -> None:
        self.reader = reader
        self.credentials = credentials
        self.throttle = throttle
        self.guesses = guesses
        self.logins = logins
        self.tickets = tickets
        self.users = users
        self.passwords = passwords
        self.sessions = sessions
        self.notices = notices
        self.events = events
        self.origin = origin

    async def reset(self, token: str, password: str) -> None:
        """A password that the policy refuses leaves the token good; garbage costs no hash.

        Raises TicketRefused, PasswordRefused, TooManyTries or TooManyPasswords.
        """
        ticket = await self.tickets.find(token, Purpose.RESET_PASSWORD)
        await self.throttle.admit(ticket.id)
        known = await self.reader.get(ticket.user_id)
        credential = await self.credentials.of(ticket.user_id)
        if credential is None or not credential.is_active:
            raise TicketRefused
        about = (known.username, known.email)
        hash = await self.passwords.accepted(password, *about, field="new_password")
        user = await self.users.get(ticket.user_id)
        await self._set(user, ticket, credential.hash, hash)
        await self._tell(user)

    async def _set(self, user: User, ticket: Presented, old: str, new: str) -> None:
        """If neither the address nor the password was changed while we hashed."""
        await self.tickets.use(ticket)
        if user.email != ticket.address or not await self.passwords.replace(user.id, old, new):
            raise TicketRefused
        await self.sessions.revoke_all(user.id, "password reset")
        self.events.record(PasswordReset(subject_id=user.id))
        if not user.email_verified:
            await self.users.verify_email(user, ticket.address)

    async def _tell(self, user: User) -> None:
        notice = PasswordChanged(username=user.username)
        await self.notices.tell(notice, user.email, user.locale, user.id)
        await self.guesses.forgive(user.id)
        await self.logins.pardon(self.origin.address, user.username, user.email)
