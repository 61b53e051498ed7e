from datetime import datetime

from uservault.access.principal import Principal
from uservault.events.log import EventLog
from uservault.help_desk.events import PasswordResetLinkMade, PasswordSet
from uservault.help_desk.schemas import PasswordResetRead
from uservault.kit.problems import Forbidden
from uservault.mail import messages
from uservault.mail.notices import Notices
from uservault.mail.recipient import Recipient
from uservault.one_time_tokens.purposes import Purpose
from uservault.one_time_tokens.service import OneTimeTokenService
from uservault.passwords.service import PasswordService
from uservault.recovery.password_reset import HANDED_OVER
from uservault.roles.assignments import RoleAssignments
from uservault.sessions.service import SessionService
from uservault.users.models import User
from uservault.users.reader import UserReader
from uservault.users.repository import UserRepository
from uservault.users.service import UserService
from uservault.wiring.scope import CurrentSettings, Inject, Now, Shared, injected

# Otherwise a stolen session could do without the password (A10).
NOT_FOR_YOURSELF = "You cannot do this to your own user. Use /api/me."


@injected
class HelpDesk:
    """Helps users who cannot log in, without e-mail.

    `by` is the administrator, or None for the operator of the command line. Each method raises
    UserNotFound, or Forbidden for themselves and for who holds a permission that they lack.
    """

    reader: Shared[UserReader]
    users: Inject[UserService]
    rows: Inject[UserRepository]
    roles: Inject[RoleAssignments]
    passwords: Inject[PasswordService]
    one_time_tokens: Inject[OneTimeTokenService]
    sessions: Inject[SessionService]
    notices: Inject[Notices]
    events: Inject[EventLog]
    settings: CurrentSettings
    now: Now

    async def set_password(
        self, user_id: int, password: str, *, must_change: bool, by: Principal | None
    ) -> None:
        """Ends all sessions of the user. Raises PasswordRefused or TooManyPasswords, too."""
        known = await self.reader.get(user_id)
        hash = await self.passwords.check_and_hash(password, known.username, known.email)
        user = await self._user(user_id, by)
        await self.passwords.put(user_id, hash, must_change=must_change)
        await self.sessions.revoke_all(user_id, "password set")
        self.events.record(PasswordSet(subject_id=user_id, must_change=must_change))
        notice = messages.PasswordChanged(username=user.username)
        await self.notices.tell(notice, Recipient.of(user))

    async def make_reset_link(self, user_id: int, by: Principal | None) -> PasswordResetRead:
        """To hand over. It voids the earlier ones, those in e-mails too."""
        user = await self._user(user_id, by)
        handed_over = {HANDED_OVER: by.user_id if by else None}
        issued = await self.one_time_tokens.issue(
            Purpose.RESET_PASSWORD, user_id, user.email, handed_over
        )
        self.events.record(PasswordResetLinkMade(subject_id=user_id))
        notice = messages.ResetLinkMade(username=user.username)
        await self.notices.tell(notice, Recipient.of(user))
        return self._read(user, issued.token, self.now() + Purpose.RESET_PASSWORD.lifetime)

    async def mark_email(self, user_id: int, *, verified: bool, by: Principal | None) -> None:
        """Marks the primary address as verified or not. Sends no notice if nothing changes."""
        user = await self._user(user_id, by)
        to = Recipient.of(user)
        if await self.users.mark_email(user, verified=verified):
            await self.notices.tell(messages.EmailMarked(username=user.username), to)

    async def _user(self, user_id: int, by: Principal | None) -> User:
        """The user, locked. They are helped, so they are here to stay."""
        if by and by.user_id == user_id:
            raise Forbidden(NOT_FOR_YOURSELF)
        if by:
            await self.roles.ensure_may_change(user_id, by)
        user = await self.users.get(user_id)
        await self.rows.settle(user)
        return user

    def _read(self, user: User, token: str, expires_at: datetime) -> PasswordResetRead:
        page = messages.ResetPassword(token=token, username=user.username)
        link = page.fields(self.settings.base_url, proved=True)["link"]
        return PasswordResetRead(token=token, link=link, expires_at=expires_at)
