from collections.abc import Iterable

from uservault.events.log import EventLog
from uservault.kit.permission_names import fit
from uservault.permissions.errors import (
    PermissionFromSettings,
    PermissionInUse,
    PermissionNotFound,
    PermissionTaken,
    TooManyPermissions,
)
from uservault.permissions.events import PermissionDeleted, PermissionRegistered
from uservault.permissions.repository import PermissionRepository
from uservault.permissions.schemas import PermissionCreate
from uservault.roles.models import ApplicationPermission
from uservault.roles.repository import RoleRepository
from uservault.wiring.scope import CurrentSettings, Inject, Now, injected

MAX_NAMED = 20  # roles in a problem


@injected
class PermissionService:
    """Registers and deletes the permissions of applications."""

    permissions: Inject[PermissionRepository]
    roles: Inject[RoleRepository]
    events: Inject[EventLog]
    settings: CurrentSettings
    now: Now

    async def register(self, data: PermissionCreate) -> None:
        """Administrators hold it from now on. Raises PermissionTaken or TooManyPermissions."""
        known = await self._lock_names()
        if data.name in known:
            raise PermissionTaken
        await self._add(data.name, data.description, known)

    async def register_all(self, names: Iterable[str]) -> None:
        """Those that are not registered. Raises TooManyPermissions."""
        known = await self._lock_names()
        for name in sorted(set(names) - known):
            await self._add(name, "", known)
            known.add(name)

    async def delete(self, name: str) -> None:
        """Raises PermissionNotFound, PermissionInUse or PermissionFromSettings."""
        permission = await self.permissions.named(name)
        if permission is None:
            raise PermissionNotFound
        if name in self.settings.permissions:
            raise PermissionFromSettings
        if roles := await self.permissions.holders(name):
            raise PermissionInUse(roles=roles[:MAX_NAMED])
        await self.permissions.delete(permission)
        self.events.record(PermissionDeleted(subject_id=None, permission=name))

    async def _lock_names(self) -> set[str]:
        """All names. Only one caller at a time adds to them, since their number is limited."""
        await self.roles.lock_admin_role()
        return await self.permissions.names()

    async def _add(self, name: str, description: str, known: set[str]) -> None:
        if not fit({*known, name}):
            raise TooManyPermissions
        permission = ApplicationPermission(
            name=name, description=description, created_at=self.now()
        )
        await self.permissions.save(permission)
        self.events.record(PermissionRegistered(subject_id=None, permission=name))
