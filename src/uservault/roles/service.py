from collections.abc import Set

from uservault.access.principal import Principal
from uservault.events.log import EventLog
from uservault.roles.authority import EVERY, Authority, worth
from uservault.roles.errors import BuiltInRole, RoleNotFound, UnknownPermission
from uservault.roles.events import RoleCreated, RoleDeleted, RoleState, RoleUpdated
from uservault.roles.granting import Granting
from uservault.roles.models import ADMIN, Role
from uservault.roles.repository import RoleRepository
from uservault.roles.schemas import OURS, RoleCreate, RoleUpdate
from uservault.web.etag import Precondition
from uservault.wiring.scope import Inject, Now, injected


@injected
class RoleService:
    """Creates, changes and deletes roles.

    `by` must hold what the role is worth before and after the change, and not only for a time.
    """

    roles: Inject[RoleRepository]
    authority: Inject[Authority]
    granting: Inject[Granting]
    events: Inject[EventLog]
    now: Now

    async def create(self, data: RoleCreate, by: Principal) -> Role:
        """Raises RoleNameTaken, UnknownPermission or Forbidden."""
        await self._ensure_known(data.permissions)
        await self.authority.ensure_may_define(worth(data.permissions), by)
        now = self.now()
        role = Role(**data.model_dump(), created_at=now, updated_at=now)
        await self.roles.save(role)
        permissions = sorted(role.permissions)
        self.events.record(RoleCreated(subject_id=None, role=role.name, permissions=permissions))
        return role

    async def update(self, id: int, data: RoleUpdate, check: Precondition, by: Principal) -> Role:
        """Raises RoleNotFound, BuiltInRole, RoleNameTaken, UnknownPermission, Forbidden or
        PreconditionFailed."""
        role = await self._changeable(id, check)
        sent = data.model_dump(exclude_unset=True)
        changes = {name: value for name, value in sent.items() if getattr(role, name) != value}
        if not changes:
            return role
        after = changes.get("permissions", role.permissions)
        await self._ensure_known(after - role.permissions)
        needed = worth(role.permissions) | worth(after)
        # A name can mean something to other services, which we do not know.
        await self.authority.ensure_may_define(EVERY if "name" in changes else needed, by)
        return await self._change(role, changes)

    async def delete(self, id: int, check: Precondition, by: Principal) -> None:
        """Revokes the role from its users too, by cascade. Raises like `update`."""
        role = await self._changeable(id, check)
        await self.authority.ensure_may_define(worth(role.permissions), by)
        holders = await self.granting.withdraw(role)
        await self.roles.delete(role)
        permissions = sorted(role.permissions)
        self.events.record(
            RoleDeleted(subject_id=None, role=role.name, holders=holders, permissions=permissions)
        )

    async def _ensure_known(self, permissions: Set[str]) -> None:
        """Those of applications must be registered. Raises UnknownPermission."""
        others = permissions - OURS
        if others and others - await self.roles.lock_registered(others):
            detail = "Register the permissions of your applications first: POST /api/permissions"
            raise UnknownPermission(errors=[{"pointer": "/body/permissions", "detail": detail}])

    async def _change(self, role: Role, changes: dict[str, object]) -> Role:
        before = _state(role)
        for field, value in changes.items():
            setattr(role, field, value)
        role.updated_at = self.now()
        await self.roles.save(role)
        after = _state(role)
        updated = RoleUpdated(
            subject_id=None,
            role=before.name,
            changed=sorted(changes),
            permissions=after.permissions,
            before=before,
            after=after,
        )
        self.events.record(updated)
        return role

    async def _changeable(self, id: int, check: Precondition) -> Role:
        role = await self.roles.get(id)
        if role is None:
            raise RoleNotFound
        if role.name == ADMIN:
            raise BuiltInRole
        check(role.version)
        return role


def _state(role: Role) -> RoleState:
    return RoleState(name=role.name, permissions=sorted(role.permissions))
