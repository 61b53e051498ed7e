from collections.abc import Sequence

from uservault.events.log import EventLog
from uservault.roles.events import (
    GrantTimes,
    RoleExpired,
    RoleGranted,
    RoleRevoked,
    RoleRevokedMany,
)
from uservault.roles.grant_repository import GrantRepository
from uservault.roles.grants import Terms
from uservault.roles.models import Role, UserRole
from uservault.wiring.scope import Inject, injected


@injected
class Granting:
    """Writes grants, and records enough to tell later who had what."""

    grants: Inject[GrantRepository]
    events: Inject[EventLog]

    async def grant(
        self,
        role: Role,
        user_id: int,
        terms: Terms,
        by: int | None,
        before: Terms | None = None,
    ) -> None:
        """`before` are the terms of the grant that this one replaces."""
        await self.grants.put(role, user_id, terms, by)
        granted = RoleGranted(
            subject_id=user_id,
            role=role.name,
            permissions=sorted(role.permissions),
            starts_at=terms.starts_at,
            expires_at=terms.expires_at,
            before=GrantTimes(starts_at=before.starts_at, expires_at=before.expires_at)
            if before
            else None,
            granted_by=None if self.events.actor else by,
            reason=terms.reason,
        )
        self.events.record(granted)

    async def revoke(self, role: Role, grant: UserRole) -> None:
        await self.grants.remove([grant])
        revoked = RoleRevoked(
            subject_id=grant.user_id,
            role=role.name,
            permissions=sorted(role.permissions),
            starts_at=grant.starts_at,
            expires_at=grant.expires_at,
            reason=grant.reason,
        )
        self.events.record(revoked)

    async def withdraw(self, role: Role) -> int:
        """Before the role is deleted, which deletes its grants: the number of its users."""
        while await self.record_expired(await self.grants.lock_expired_of(role)):
            pass
        count = last = 0
        while users := await self.grants.holders(role, after=last):
            permissions = sorted(role.permissions)
            revoked = RoleRevokedMany(
                subject_id=None, role=role.name, permissions=permissions, users=list(users)
            )
            self.events.record(revoked)
            count, last = count + len(users), users[-1]
        return count

    async def record_expired(self, grants: Sequence[UserRole]) -> int:
        """Records the end of these grants, once: the rows are deleted. Returns their number."""
        roles = await self.grants.roles_of(grants) if grants else {}
        for grant in grants:
            role = roles[grant.role_id]
            self._expired(grant, role.name, sorted(role.permissions))
        await self.grants.remove(grants)
        return len(grants)

    def _expired(self, grant: UserRole, role: str, permissions: list[str]) -> None:
        if grant.expires_at is not None:  # which holds for all that are over
            expired = RoleExpired(
                subject_id=grant.user_id,
                role=role,
                permissions=permissions,
                starts_at=grant.starts_at,
                expires_at=grant.expires_at,
            )
            self.events.record(expired)
