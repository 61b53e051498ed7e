from uservault.access.origin import CurrentOrigin
from uservault.access.principal import Principal
from uservault.account.maker import AccountMaker
from uservault.account.schemas import Registration
from uservault.account.throttle import RegistrationThrottle
from uservault.kit.etag import Precondition
from uservault.kit.problems import Conflict
from uservault.kit.wiring import CurrentSettings, Inject, Shared
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
        roles: Inject[RoleService],
        throttle: Shared[RegistrationThrottle],
        settings: CurrentSettings,
        origin: CurrentOrigin,
    ) -> None:
        self.make = maker.make if settings.production else maker.make_admin_if_first
        self.users = users
        self.roles = roles
        self.throttle = throttle
        self.origin = origin

    async def register(self, data: Registration) -> User:
        """Raises UsernameTaken, EmailTaken, PasswordRefused, TooManyTries or TooManyPasswords."""
        await self.throttle.admit(self.origin.address)
        try:
            user = await self.make(data)
        except Conflict:
            await self.throttle.count_refused(self.origin.address)
            raise
        await self.throttle.count_created(self.origin.address)
        return user

    async def update(
        self, user_id: int, data: UserUpdate, check: Precondition, by: Principal
    ) -> UserRead:
        """Raises UserNotFound, Forbidden, UsernameTaken, EmailTaken, or what the precondition
        raises."""
        await self.roles.ensure_may_change(user_id, by)
        return await self.users.update(user_id, data, check)

    async def deactivate(
        self, user_id: int, why: Deactivation, check: Precondition, by: Principal
    ) -> UserRead:
        """Raises UserNotFound, Forbidden, LastAdministrator, Invalid for a time that has passed, or
        what the precondition raises."""
        await self.roles.ensure_may_change(user_id, by)
        await self.roles.ensure_not_last_admin(user_id)
        return await self.users.deactivate(user_id, why, check)

    async def activate(self, user_id: int, check: Precondition, by: Principal) -> UserRead:
        """Raises UserNotFound, Forbidden, or what the precondition raises."""
        await self.roles.ensure_may_change(user_id, by)
        return await self.users.activate(user_id, check)
