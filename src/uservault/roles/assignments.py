from collections.abc import Mapping, Sequence
from typing import TypeAlias

from uservault.access.principal import Principal
from uservault.mail import messages
from uservault.mail.notices import Notices
from uservault.mail.recipient import Recipient
from uservault.roles.authority import Authority
from uservault.roles.errors import LastAdministrator
from uservault.roles.grant_repository import GrantRepository
from uservault.roles.granting import Granting
from uservault.roles.grants import Terms, to_read
from uservault.roles.models import ADMIN, Role, UserRole
from uservault.roles.repository import RoleRepository
from uservault.roles.schemas import RoleGrant, UserRolesRead
from uservault.roles.wanted import ensure_can_be_meant, names_in, resolve, terms_in
from uservault.users.errors import UserNotFound
from uservault.wiring.scope import CurrentSettings, Inject, Now, injected

Roles: TypeAlias = Mapping[Role, Terms]


@injected
class RoleAssignments:
    """Grants and revokes users' roles."""

    roles: Inject[RoleRepository]
    authority: Inject[Authority]
    grants: Inject[GrantRepository]
    granting: Inject[Granting]
    notices: Inject[Notices]
    settings: CurrentSettings
    now: Now

    async def make_admin(self, user_id: int) -> None:
        """For the first administrator and the command line. Sends no notice."""
        role = await self.roles.lock_admin_role()
        await self.granting.grant(role, user_id, Terms(), by=None)

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
        """`by` must hold what the target's roles are worth, for as long as the target has them,
        unless they change themselves.

        Otherwise they could take over the target by changing the user's address. Raises Forbidden.
        """
        if user_id != by.user_id:
            await self.roles.lock_user(user_id)
            await self.authority.ensure_may_change(user_id, by)

    async def ensure_not_last_admin(self, user_id: int, remains: bool = False) -> None:
        """Call it before you delete, deactivate or demote the user, in the same unit of work.

        `remains` says that they stay an administrator, but not for good. Production keeps its last
        active administrator, whose role has no end. Elsewhere everybody may go, but not leave only
        administrators for a time, after whom a stranger would be the first. Raises
        LastAdministrator.
        """
        if self.settings.production:
            last = await self.roles.is_last_admin(user_id)
        else:
            last = await self.roles.leaves_only_temporary(user_id, remains)
        if last:
            raise LastAdministrator

    async def permissions_of(self, user_id: int) -> frozenset[str]:
        """The permissions of the user's current roles, those of applications too."""
        roles = await self.roles.of_user(user_id)
        return await self.roles.expand({each for role in roles for each in role.permissions})

    async def ensure_may_grant(self, names: Sequence[str], by: Principal) -> None:
        """Checks roles that `assign` grants later, for good. Raises UnknownRole or Forbidden."""
        roles = resolve(names, await self.roles.by_names(names)).values()
        await self.authority.ensure_may_give(dict.fromkeys(roles), by)

    async def assign(
        self, user_id: int, wanted: Sequence[str | RoleGrant], by: Principal
    ) -> UserRolesRead:
        """Replaces the user's roles with these. A name alone keeps the terms that there are.

        `by` must hold what each role is worth that is added, removed or granted on other terms,
        and must hold it at least until the grant ends. For the roles of an administrator, `by`
        must hold every permission. Raises UserNotFound, GrantOver, UnknownRole, LastAdministrator
        or Forbidden.
        """
        if not await self.roles.lock_user(user_id):
            raise UserNotFound
        ensure_can_be_meant(wanted, self.now())
        names = names_in(wanted)
        roles = await self.roles.lock_for_assignment(user_id, names)
        held = await self._unexpired(user_id)
        grants = {role: held[role.id] for role in roles if role.id in held}
        before = {role: Terms.of(grant) for role, grant in grants.items()}
        after = terms_in(wanted, resolve(names, roles), before)
        if before != after:
            await self._ensure_may_replace(before, after, by)
            await self._keep_last_admin(user_id, before, after)
            await self._put(user_id, before, after, by)
            for role in sorted(before.keys() - after.keys(), key=lambda role: role.name):
                await self.granting.revoke(role, grants[role])
        read = to_read(await self.grants.read(user_id), self.now())
        read.permissions = sorted(await self.roles.expand(set(read.permissions)))
        return read

    async def _ensure_may_replace(self, before: Roles, after: Roles, by: Principal) -> None:
        every = before.keys() | after.keys()
        changed = {role for role in every if before.get(role) != after.get(role)}
        admin = any(role.name == ADMIN for role in before)
        await self.authority.ensure_may_take(every if admin else changed, by)
        given = {role: after[role].expires_at for role in changed if role in after}
        await self.authority.ensure_may_give(given, by)

    async def _unexpired(self, user_id: int) -> Mapping[int, UserRole]:
        """The user's grants by role. Records the end of those that are over."""
        found, now = await self.grants.lock_of(user_id), self.now()
        over = [grant for grant in found.values() if Terms.of(grant).are_over(now)]
        await self.granting.record_expired(over)
        return {id: grant for id, grant in found.items() if grant not in over}

    async def _keep_last_admin(self, user_id: int, before: Roles, after: Roles) -> None:
        for role in before.keys() | after.keys():
            remains = role in after
            if role.name == ADMIN and not (remains and after[role].last(self.now())):
                await self.ensure_not_last_admin(user_id, remains)

    async def _put(self, user_id: int, before: Roles, after: Roles, by: Principal) -> None:
        for role in sorted(after, key=lambda role: role.name):
            old = before.get(role)
            if after[role] != old:
                await self.granting.grant(role, user_id, after[role], by.user_id, old)
            if old is None:
                await self._notify(role, user_id)

    async def _notify(self, role: Role, user_id: int) -> None:
        user = await self.roles.get_user(user_id)
        contents = messages.RoleGranted(username=user.username, role=role.name)
        await self.notices.tell(contents, Recipient.of(user))
