from uservault.access.origin import CurrentOrigin
from uservault.access.principal import Principal
from uservault.account.events import RegistrationThrottled
from uservault.account.maker import AccountMaker
from uservault.account.schemas import Registration
from uservault.account.throttle import RegistrationThrottle
from uservault.account.user_change import UserChange
from uservault.account.verification import Verification
from uservault.events.log import EventLog
from uservault.kit.etag import Precondition
from uservault.kit.problems import Conflict
from uservault.kit.wiring import CurrentSettings, Inject, Shared
from uservault.limits.errors import TooManyTries
from uservault.mail.letters import AccountDeactivated
from uservault.mail.notices import Notices
from uservault.roles.service import RoleService
from uservault.users.models import User
from uservault.users.schemas import Deactivation, UserRead, UserUpdate
from uservault.users.service import UserService


class AccountService:
    """What people do to accounts, their own or those in their care."""

    def __init__(
        self,
        maker: Inject[AccountMaker],
        users: Inject[UserService],
        user_change: Inject[UserChange],
        verification: Inject[Verification],
        roles: Inject[RoleService],
        notices: Inject[Notices],
        throttle: Shared[RegistrationThrottle],
        events: Inject[EventLog],
        settings: CurrentSettings,
        origin: CurrentOrigin,
    ) -> None:
        self.make = maker.make if settings.production else maker.make_admin_if_first
        self.users = users
        self.user_change = user_change
        self.verification = verification
        self.roles = roles
        self.notices = notices
        self.throttle = throttle
        self.events = events
        self.origin = origin

    async def register(self, data: Registration) -> User:
        """Raises UsernameTaken, EmailTaken, PasswordRefused, TooManyTries or TooManyPasswords."""
        await self._admit()
        try:
            user = await self.make(data)
        except Conflict:
            await self.throttle.count_refused(self.origin.address)
            raise
        await self.verification.ask(user)
        await self.throttle.count_created(self.origin.address)
        return user

    async def _admit(self) -> None:
        try:
            await self.throttle.admit(self.origin.address)
        except TooManyTries as refused:
            if refused.first:
                self.events.record(RegistrationThrottled(subject_id=None))
            raise

    async def update(
        self, user_id: int, data: UserUpdate, check: Precondition, by: Principal
    ) -> UserRead:
        """Raises Forbidden, TooManyTries, and like UserChange."""
        await self.throttle.admit_change(self.origin.address)
        await self.roles.ensure_may_change(user_id, by)
        user = await self.user_change.change(user_id, data, check)
        await self.throttle.count_changed(self.origin.address)
        return user

    async def deactivate(
        self, user_id: int, why: Deactivation, check: Precondition, by: Principal
    ) -> UserRead:
        """Raises UserNotFound, Forbidden, LastAdministrator, DeactivationOver, or what the
        precondition raises."""
        await self.roles.ensure_may_change(user_id, by)
        await self.roles.ensure_not_last_admin(user_id)
        user = await self.users.deactivate(user_id, why, check)
        notice = AccountDeactivated(username=user.username)
        await self.notices.tell(notice, user.email, user.locale, user_id)
        return user

    async def activate(self, user_id: int, check: Precondition, by: Principal) -> UserRead:
        """Raises UserNotFound, Forbidden, or what the precondition raises."""
        await self.roles.ensure_may_change(user_id, by)
        return await self.users.activate(user_id, check)
