from uservault.access.origin import CurrentOrigin
from uservault.access.principal import Permission, Principal
from uservault.events.log import EventLog
from uservault.kit.problems import Forbidden
from uservault.mail.messages import PasswordChanged
from uservault.mail.notices import Notices
from uservault.mail.recipient import Recipient
from uservault.one_time_tokens.errors import OneTimeTokenInvalid
from uservault.one_time_tokens.purposes import Purpose
from uservault.one_time_tokens.reader import LiveToken
from uservault.one_time_tokens.service import OneTimeTokenService
from uservault.passwords.reader import CredentialReader
from uservault.passwords.service import PasswordService
from uservault.passwords.throttle import LoginThrottle, PasswordThrottle
from uservault.recovery.events import PasswordReset
from uservault.recovery.throttle import ResetThrottle
from uservault.roles.assignments import RoleAssignments
from uservault.sessions.service import SessionService
from uservault.users.emails import UserEmailRepository
from uservault.users.models import User
from uservault.users.reader import UserReader
from uservault.users.service import UserService
from uservault.wiring.scope import Inject, Shared, injected

# In the data of a token that an administrator made, and no e-mail had: their id, or None for the
# operator of the command line.
HANDED_OVER = "handed_over"


@injected
class PasswordRecovery:
    """Sets a new password with the one-time token from an e-mail (B8)."""

    reader: Shared[UserReader]
    credentials: Shared[CredentialReader]
    throttle: Shared[ResetThrottle]
    password_throttle: Shared[PasswordThrottle]
    login_throttle: Shared[LoginThrottle]
    one_time_tokens: Inject[OneTimeTokenService]
    users: Inject[UserService]
    emails: Inject[UserEmailRepository]
    passwords: Inject[PasswordService]
    sessions: Inject[SessionService]
    notices: Inject[Notices]
    roles: Inject[RoleAssignments]
    events: Inject[EventLog]
    origin: CurrentOrigin

    async def reset(self, token: str, password: str) -> None:
        """A refused password leaves the token valid. An invalid token costs no hashing.

        Raises OneTimeTokenInvalid, PasswordRefused, TooManyTries or TooManyPasswords.
        """
        one_time_token = await self.one_time_tokens.find(token, Purpose.RESET_PASSWORD)
        await self.throttle.admit(one_time_token.id)
        known = await self.reader.get(one_time_token.user_id)
        credential = await self.credentials.of(one_time_token.user_id)
        if credential is None or not credential.is_active:
            raise OneTimeTokenInvalid
        about = (known.username, known.email)
        hash = await self.passwords.check_and_hash(password, *about, field="new_password")
        user = await self.users.get(one_time_token.user_id)
        await self._set(user, one_time_token, credential.hash, hash)
        await self._notify(user, one_time_token.address)

    async def _set(self, user: User, one_time_token: LiveToken, old: str, new: str) -> None:
        """Raises OneTimeTokenInvalid if the address or password changed during the hashing."""
        await self._ensure_maker_still_may(user.id, one_time_token.data.get(HANDED_OVER))
        await self.one_time_tokens.use(one_time_token)
        await self.one_time_tokens.void_all([user.id])
        address = await self.emails.usable(user, one_time_token.address)
        if address != one_time_token.address:
            raise OneTimeTokenInvalid
        if not await self.passwords.replace(user.id, old, new):
            raise OneTimeTokenInvalid
        await self.sessions.revoke_all(user.id, "password reset")
        self.events.record(PasswordReset(subject_id=user.id))
        by_mail = HANDED_OVER not in one_time_token.data
        if by_mail and address == user.email and not user.email_verified:
            await self.users.verify_email(user, one_time_token.address)

    async def _ensure_maker_still_may(self, user_id: int, maker: int | None) -> None:
        """Whoever made the link may have kept it. The user may have been given more since."""
        if maker is None:
            return
        by = Principal.of_user(maker, await self.roles.permissions_of(maker))
        try:
            by.ensure_holds([Permission.USERS_RECOVER])
            await self.roles.ensure_may_change(user_id, by)
        except Forbidden:
            raise OneTimeTokenInvalid from None

    async def _notify(self, user: User, address: str) -> None:
        notice = PasswordChanged(username=user.username)
        await self.notices.tell(notice, Recipient.of(user))
        await self.password_throttle.forgive(user.id)
        names = (user.username, user.email, address)
        await self.login_throttle.pardon(self.origin.client, user.id, *names)
