from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, select

from uservault.db.database import AnyRow
from uservault.roles.grants import GRANTS, NOW, Terms
from uservault.roles.models import Role, UserRole
from uservault.wiring.scope import Now, WriteSession, injected

BATCH_SIZE = 500  # rows
EXPIRED = UserRole.expires_at <= NOW
OLDEST_FIRST = (UserRole.expires_at, UserRole.user_id)


@injected
class GrantRepository:
    """Which user has which role, and when. Lock the user and the roles first."""

    session: WriteSession
    now: Now

    async def lock_of(self, user_id: int) -> Mapping[int, UserRole]:
        """The user's grants by role, also those that are over; locked."""
        theirs = select(UserRole).where(UserRole.user_id == user_id).order_by(UserRole.role_id)
        found = await self.session.scalars(theirs.with_for_update())
        return {grant.role_id: grant for grant in found}

    async def lock_expired(self) -> Sequence[UserRole]:
        """A batch of grants that are over; locked, after their roles. Skips locked ones."""
        theirs = UserRole.role_id.in_(await self._lock_expiring())
        batch = select(UserRole).where(EXPIRED, theirs).order_by(*OLDEST_FIRST).limit(BATCH_SIZE)
        return await self._all(batch.with_for_update(skip_locked=True))

    async def lock_expired_of(self, role: Role) -> Sequence[UserRole]:
        """A batch of those of a role, which is locked. It touches no grants of others."""
        theirs = select(UserRole.user_id).where(EXPIRED, UserRole.role_id == role.id)
        users = await self._all(theirs.order_by(*OLDEST_FIRST).limit(BATCH_SIZE))
        these = (UserRole.role_id == role.id) & UserRole.user_id.in_(users)
        return await self._all(select(UserRole).where(these, EXPIRED).with_for_update())

    async def _lock_expiring(self) -> Sequence[int]:
        """The roles of grants that are over, locked first: whoever deletes a role has it."""
        over = select(UserRole.role_id).where(EXPIRED).distinct().limit(BATCH_SIZE)
        theirs = Role.id.in_(await self._all(over))
        return await self._all(select(Role.id).where(theirs).order_by(Role.id).with_for_update())

    async def _all(self, statement: Any) -> Sequence[Any]:
        return (await self.session.scalars(statement, {"now": self.now()})).all()

    async def roles_of(self, grants: Sequence[UserRole]) -> Mapping[int, Role]:
        """By their ids."""
        wanted = select(Role).where(Role.id.in_({grant.role_id for grant in grants}))
        return {role.id: role for role in await self.session.scalars(wanted)}

    async def holders(self, role: Role, after: int) -> Sequence[int]:
        """A batch of the ids of the role's users, sorted, above `after`."""
        above: ColumnElement[bool] = (UserRole.role_id == role.id) & (UserRole.user_id > after)
        batch = select(UserRole.user_id).where(above).order_by(UserRole.user_id).limit(BATCH_SIZE)
        return (await self.session.scalars(batch)).all()

    async def read(self, user_id: int) -> Sequence[AnyRow]:
        """Rows for `grants.to_read`."""
        parameters = {"user_id": user_id, "now": self.now()}
        return (await self.session.execute(GRANTS, parameters)).all()

    async def put(self, role: Role, user_id: int, terms: Terms, by: int | None) -> None:
        """Grants the role, or replaces the grant that there is."""
        grant = UserRole(
            user_id=user_id,
            role_id=role.id,
            starts_at=terms.starts_at,
            expires_at=terms.expires_at,
            reason=terms.reason,
            granted_at=self.now(),
            granted_by=by,
        )
        await self.session.merge(grant)
        await self.session.flush()

    async def remove(self, grants: Sequence[UserRole]) -> None:
        for grant in grants:
            await self.session.delete(grant)
        await self.session.flush()
