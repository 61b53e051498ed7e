from uservault.access.principal import Principal
from uservault.account.purger import Purger
from uservault.kit.etag import Precondition
from uservault.kit.wiring import CurrentSettings, Inject
from uservault.roles.service import RoleService
from uservault.sessions.service import SessionService
from uservault.users.schemas import UserRead
from uservault.users.service import UserService


class Erasure:
    """Deleting accounts, at once or after a grace, and restoring them meanwhile."""

    def __init__(
        self,
        users: Inject[UserService],
        roles: Inject[RoleService],
        sessions: Inject[SessionService],
        purger: Inject[Purger],
        settings: CurrentSettings,
    ) -> None:
        self.users = users
        self.roles = roles
        self.sessions = sessions
        self.purger = purger
        self.grace_days = settings.erasure.grace_days

    async def delete(self, user_id: int, check: Precondition, by: Principal) -> None:
        """Raises UserNotFound, Forbidden, LastAdministrator, or what the precondition raises."""
        await self.roles.ensure_may_change(user_id, by)
        await self.roles.ensure_not_last_admin(user_id)
        user = await self.users.delete(user_id, check)
        if self.grace_days:
            await self.sessions.revoke_all(
                user_id, "user deleted"
            )  # not for who restores to revive
        else:
            await self.purger.purge(user)

    async def restore(self, user_id: int, by: Principal) -> UserRead:
        """Raises DeletedUserNotFound or Forbidden."""
        await self.roles.ensure_may_change(user_id, by)
        return await self.users.restore(user_id)
