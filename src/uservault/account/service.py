from uservault.access.origin import CurrentOrigin
from uservault.access.principal import Principal
from uservault.account.user_change import UserChange
from uservault.mail.messages import AccountDeactivated
from uservault.mail.notices import Notices
from uservault.mail.recipient import Recipient
from uservault.registration.throttle import RegistrationThrottle
from uservault.roles.assignments import RoleAssignments
from uservault.sessions.service import SessionService
from uservault.users.schemas import UserDeactivate, UserRead, UserUpdate
from uservault.users.service import UserService
from uservault.web.etag import Precondition
from uservault.wiring.scope import Inject, Shared, injected


@injected
class AccountService:
    """Changes, deactivates and activates users, after checking that the caller may."""

    users: Inject[UserService]
    user_change: Inject[UserChange]
    roles: Inject[RoleAssignments]
    sessions: Inject[SessionService]
    notices: Inject[Notices]
    throttle: Shared[RegistrationThrottle]
    origin: CurrentOrigin

    async def update(
        self, user_id: int, data: UserUpdate, check: Precondition, by: Principal
    ) -> UserRead:
        """Raises Forbidden, TooManyTries, or like `UserChange.change`."""
        await self.throttle.admit_change(self.origin.client)
        await self.roles.ensure_may_change(user_id, by)
        user = await self.user_change.change(user_id, data, check, by)
        await self.throttle.count_changed(self.origin.client)
        return user

    async def deactivate(
        self, user_id: int, data: UserDeactivate, check: Precondition, by: Principal
    ) -> UserRead:
        """Raises UserNotFound, Forbidden, LastAdministrator, DeactivationOver or
        PreconditionFailed."""
        await self.roles.ensure_may_change(user_id, by)
        await self.roles.ensure_not_last_admin(user_id)
        user = await self.users.deactivate(user_id, data, check)
        await self.sessions.revoke_all(user_id, "user deactivated")  # activation revives none (I4)
        notice = AccountDeactivated(username=user.username)
        await self.notices.tell(notice, Recipient.of(user))
        return user

    async def activate(self, user_id: int, check: Precondition, by: Principal) -> UserRead:
        """Raises UserNotFound, Forbidden or PreconditionFailed."""
        await self.roles.ensure_may_change(user_id, by)
        return await self.users.activate(user_id, check)
