from uservault.access.principal import Principal
from uservault.mail.messages import AccountDeleted
from uservault.mail.notices import Notices
from uservault.mail.recipient import Recipient
from uservault.privacy.purge import Purge
from uservault.roles.assignments import RoleAssignments
from uservault.sessions.service import SessionService
from uservault.users.schemas import UserRead
from uservault.users.service import UserService
from uservault.web.etag import Precondition
from uservault.wiring.scope import CurrentSettings, Inject, injected


@injected
class Deletion:
    """Deletes users at once or after a grace period, and restores them during it."""

    users: Inject[UserService]
    roles: Inject[RoleAssignments]
    sessions: Inject[SessionService]
    purge: Inject[Purge]
    notices: Inject[Notices]
    settings: CurrentSettings

    async def delete(self, user_id: int, check: Precondition, by: Principal) -> None:
        """Raises UserNotFound, Forbidden, LastAdministrator or PreconditionFailed."""
        await self.roles.ensure_may_change(user_id, by)
        await self.roles.ensure_not_last_admin(user_id)
        user = await self.users.delete(user_id, check)
        grace = self.settings.erasure_grace
        # Restoring the user does not bring the sessions back, and other services learn their ids.
        await self.sessions.revoke_all(user_id, "user deleted")
        if not grace:
            await self.purge.purge(user)
        notice = AccountDeleted(username=user.username, days=str(grace.days))
        # A purge deletes the e-mails of its user: this one is nobody's.
        owner = user_id if grace else None
        to = Recipient(user.email, user.email_verified, user.locale, owner)
        await self.notices.tell(notice, to)

    async def restore(self, user_id: int, by: Principal) -> UserRead:
        """Raises DeletedUserNotFound or Forbidden."""
        await self.roles.ensure_may_change(user_id, by)
        return await self.users.restore(user_id)
