import logging

from uservault.events.log import EventLog
from uservault.kit.wiring import Inject
from uservault.roles.events import RoleGranted
from uservault.roles.models import ADMIN, Role
from uservault.roles.repository import RoleRepository

log = logging.getLogger(__name__)


class RoleService:
    """Who holds which role."""

    def __init__(self, roles: Inject[RoleRepository], events: Inject[EventLog]) -> None:
        self.roles = roles
        self.events = events

    async def any_admin(self) -> bool:
        return await self.roles.any_admin()

    async def make_admin(self, user_id: int) -> None:
        await self._grant_admin(await self.roles.admin_locked(), user_id)

    async def make_admin_if_first(self, user_id: int) -> bool:
        """Whether there was no administrator yet; of many at once, one is the first."""
        if await self.roles.any_admin():
            return False
        role = await self.roles.admin_locked()
        if await self.roles.any_admin():
            return False
        await self._grant_admin(role, user_id)
        log.warning("first administrator", extra={"user_id": user_id})
        return True

    async def _grant_admin(self, role: Role, user_id: int) -> None:
        await self.roles.grant(role, user_id)
        self.events.record(RoleGranted(subject_id=user_id, role=ADMIN))
