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
    """Who holds which role."""

    roles: Inject[RoleRepository]
    events: Inject[EventLog]
    notices: Inject[Notices]
    settings: CurrentSettings
    now: Now

    async def make_admin(self, user_id: int) -> None:
        """By who runs the service, or by coming first: nobody is told."""
        await self._grant(await self.roles.admin_locked(), user_id)

    async def lacks_admin(self) -> bool:
        """Whether there is no administrator yet. If so, nobody else becomes one until the unit of
        work ends: of many at once, one is the first."""
        if await self.roles.any_admin():
            return False
        await self.roles.admin_locked()
        return not await self.roles.any_admin()

    async def ensure_may_change(self, user_id: int, by: Principal) -> None:
        """For whoever is about to change another user: that one must not be the mightier.

        Whoever can change somebody's address can become them. Raises Forbidden.
        """
        if user_id != by.user_id:
            await self.roles.lock_holder(user_id)
            by.ensure_holds(await self.permissions_of(user_id))

    async def ensure_not_last_admin(self, user_id: int) -> None:
        """For whoever is about to delete, deactivate or demote the user, in the same unit of work.

        In production there is always an active administrator. Raises LastAdministrator.
        """
        keeps_one = self.settings.production
        if keeps_one and await self.roles.is_last_admin(user_id, self.now()):
            raise LastAdministrator

    async def permissions_of(self, user_id: int) -> frozenset[Permission]:
        """What the user's roles permit now."""
        held = await self.roles.held(user_id)
        return frozenset(permission for role in held for permission in role.permissions)

    async def ensure_may_grant(self, names: Sequence[str], by: Principal) -> None:
        """For whoever promises these roles. Raises UnknownRole or Forbidden."""
        _ensure_may_change(set(), _named(names, await self.roles.named(names)), by)

    async def assign(self, user_id: int, names: Sequence[str], by: Principal) -> EffectiveRoles:
        """The user has the roles of these names from now on, and no others.

        Raises UserNotFound, UnknownRole, LastAdministrator, or Forbidden: `by` must hold what the
        roles given and taken permit, and everything if one permits nothing, or to change the roles
        of an administrator.
        """
        if not await self.roles.lock_holder(user_id):
            raise UserNotFound
        roles = await self.roles.concerned(user_id, names)
        ids = await self.roles.ids_held(user_id)
        before = {role for role in roles if role.id in ids}
        after = _named(names, roles)
        if before != after:
            _ensure_may_change(before, after, by)
            await self._change(user_id, given=after - before, taken=before - after)
        return EffectiveRoles.of(after)

    async def _change(self, user_id: int, given: Collection[Role], taken: Collection[Role]) -> None:
        if _admin_among(taken):
            await self.ensure_not_last_admin(user_id)
        for role in sorted(given, key=lambda role: role.name):
            await self._grant(role, user_id)
            await self._tell(role, user_id)
        for role in sorted(taken, key=lambda role: role.name):
            await self.roles.revoke(role, user_id)
            self.events.record(RoleRevoked(subject_id=user_id, role=role.name))

    async def _tell(self, role: Role, user_id: int) -> None:
        user = await self.roles.holder(user_id)
        contents = messages.RoleGranted(username=user.username, role=role.name)
        await self.notices.tell(contents, user.email, user.locale, user_id)

    async def _grant(self, role: Role, user_id: int) -> None:
        await self.roles.grant(role, user_id)
        self.events.record(RoleGranted(subject_id=user_id, role=role.name))


def _named(names: Sequence[str], roles: Collection[Role]) -> set[Role]:
    known = {role.name: role for role in roles}
    unknown = [place for place, name in enumerate(names) if name not in known]
    if unknown:
        detail = "There is no role of this name."
        faults = [{"pointer": f"/body/roles/{place}", "detail": detail} for place in unknown]
        raise UnknownRole(errors=faults)
    return {known[name] for name in names}


def _ensure_may_change(before: set[Role], after: set[Role], by: Principal) -> None:
    concerned = before | after if _admin_among(before) else before ^ after
    # A role that permits nothing here means something to other services, which read its name.
    needed = (role.permissions or Permission for role in concerned)
    by.ensure_holds(permission for permissions in needed for permission in permissions)


def _admin_among(roles: Collection[Role]) -> bool:
    return any(role.name == ADMIN for role in roles)
