from collections.abc import Collection, Sequence

from uservault.access.principal import Permission, Principal
from uservault.events.log import EventLog
from uservault.mail import messages
from uservault.mail.notices import Notices
from uservault.roles.errors import LastAdministrator, UnknownRole
from uservault.roles.events import RoleGranted, RoleRevoked
from uservault.roles.models import ADMIN, Role
from uservault.roles.reader import EffectiveRoles
from uservault.roles.repository import RoleRepository
from uservault.users.errors import UserNotFound
from uservault.wiring.scope import CurrentSettings, Inject, Now, injected


@injected
class RoleAssignments:
    """Grants and revokes users' roles."""

    roles: Inject[RoleRepository]
    events: Inject[EventLog]
    notices: Inject[Notices]
    settings: CurrentSettings
    now: Now

    async def make_admin(self, user_id: int) -> None:
        """For the first administrator and the command line. Sends no notice."""
        await self._grant(await self.roles.lock_admin_role(), user_id)

    async def lacks_admin(self) -> bool:
        """Whether there is no administrator yet.

        If so, it locks the role until the unit of work ends: only one of many concurrent callers
        gets True.
        """
        if await self.roles.any_admin():
            return False
        await self.roles.lock_admin_role()
        return not await self.roles.any_admin()

    async def ensure_may_change(self, user_id: int, by: Principal) -> None:
        """`by` must hold every permission the target holds, unless they change themselves.

        Otherwise they could take over the target by changing the user's address. Raises Forbidden.
        """
        if user_id != by.user_id:
            await self.roles.lock_user(user_id)
            by.ensure_holds(await self.permissions_of(user_id))

    async def ensure_not_last_admin(self, user_id: int) -> None:
        """Call it before you delete, deactivate or demote the user, in the same unit of work.

        Only production keeps its last active administrator. Raises LastAdministrator.
        """
        if self.settings.production and await self.roles.is_last_admin(user_id, self.now()):
            raise LastAdministrator

    async def permissions_of(self, user_id: int) -> frozenset[str]:
        """The permissions of the user's current roles, those of applications too."""
        return await self._permissions(await self.roles.of_user(user_id))

    async def _permissions(self, roles: Collection[Role]) -> frozenset[str]:
        return await self.roles.expand({each for role in roles for each in role.permissions})

    async def ensure_may_grant(self, names: Sequence[str], by: Principal) -> None:
        """Checks roles that `assign` grants later. Raises UnknownRole or Forbidden."""
        await self._ensure_may_replace(set(), _resolve(names, await self.roles.by_names(names)), by)

    async def assign(self, user_id: int, names: Sequence[str], by: Principal) -> EffectiveRoles:
        """Replaces the user's roles with the roles of these names.

        `by` must hold the permissions of each role that is added or removed. For a role without
        permissions, and for the roles of an administrator, `by` must hold every permission.
        Raises UserNotFound, UnknownRole, LastAdministrator or Forbidden.
        """
        if not await self.roles.lock_user(user_id):
            raise UserNotFound
        roles = await self.roles.lock_for_assignment(user_id, names)
        ids = await self.roles.role_ids_of(user_id)
        before = {role for role in roles if role.id in ids}
        after = _resolve(names, roles)
        if before != after:
            await self._ensure_may_replace(before, after, by)
            await self._change(user_id, added=after - before, removed=before - after)
        held = tuple(sorted(role.name for role in after))
        return EffectiveRoles(held, await self._permissions(after))

    async def _ensure_may_replace(self, before: set[Role], after: set[Role], by: Principal) -> None:
        changed = before | after if _includes_admin(before) else before ^ after
        # A role without permissions has a meaning to other services, which read its name.
        needed = {each for role in changed for each in role.permissions or Permission}
        by.ensure_holds(await self.roles.expand(needed))

    async def _change(
        self, user_id: int, added: Collection[Role], removed: Collection[Role]
    ) -> None:
        if _includes_admin(removed):
            await self.ensure_not_last_admin(user_id)
        for role in sorted(added, key=lambda role: role.name):
            await self._grant(role, user_id)
            await self._notify(role, user_id)
        for role in sorted(removed, key=lambda role: role.name):
            await self.roles.revoke(role, user_id)
            self.events.record(RoleRevoked(subject_id=user_id, role=role.name))

    async def _notify(self, role: Role, user_id: int) -> None:
        user = await self.roles.get_user(user_id)
        contents = messages.RoleGranted(username=user.username, role=role.name)
        await self.notices.tell(contents, user.email, user.locale, user_id)

    async def _grant(self, role: Role, user_id: int) -> None:
        await self.roles.grant(role, user_id)
        self.events.record(RoleGranted(subject_id=user_id, role=role.name))


def _resolve(names: Sequence[str], roles: Collection[Role]) -> set[Role]:
    known = {role.name: role for role in roles}
    unknown = [place for place, name in enumerate(names) if name not in known]
    if unknown:
        detail = "There is no role with this name."
        errors = [{"pointer": f"/body/roles/{place}", "detail": detail} for place in unknown]
        raise UnknownRole(errors=errors)
    return {known[name] for name in names}


def _includes_admin(roles: Collection[Role]) -> bool:
    return any(role.name == ADMIN for role in roles)
