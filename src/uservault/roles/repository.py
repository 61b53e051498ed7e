from collections.abc import Iterable, Sequence, Set
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.exc import IntegrityError

from uservault.access.principal import EVERYTHING
from uservault.roles.errors import RoleNameTaken
from uservault.roles.grants import EFFECTIVE, ENDLESS, LASTING, NOW, UNEXPIRED
from uservault.roles.models import ADMIN, ApplicationPermission, Role, UserRole
from uservault.users.models import NOT_DELETED, User
from uservault.wiring.repository import Repository
from uservault.wiring.scope import Now, WriteSession

ADMINS = (
    select(User.id)
    .join(UserRole, UserRole.user_id == User.id)
    .join(Role, Role.id == UserRole.role_id)
    .where(Role.name == ADMIN, NOT_DELETED)
)


class HeldPermissions(NamedTuple):
    """What a role permits its holder, and until when. `permissions` may hold EVERYTHING."""

    permissions: Set[str]
    expires_at: datetime | None


class RoleRepository(Repository[Role]):
    """To avoid deadlocks, lock the user first, then roles sorted by id."""

    model = Role

    def __init__(self, session: WriteSession, now: Now) -> None:
        super().__init__(session)
        self.now = now

    async def save(self, row: Role) -> Role:
        """Raises RoleNameTaken.

        The unique constraint decides: a check before the write would be a race.
        """
        try:
            return await super().save(row)
        except IntegrityError as error:
            raise RoleNameTaken from error

    async def lock_admin_role(self) -> Role:
        """The role `admin`, locked: changes of the set of administrators run one at a time."""
        locked = select(Role).where(Role.name == ADMIN).with_for_update()
        return (await self.session.execute(locked)).scalar_one()

    async def any_admin(self) -> bool:
        """Whether somebody has the role, had it until a moment ago, or will have it.

        Time alone must not make room for the next who registers.
        """
        return bool(await self.session.scalar(select(ADMINS.exists())))

    async def is_last_admin(self, user_id: int) -> bool:
        """Whether the user is the only active administrator for good.

        Somebody who is one for a time, or will be, does not count. The locks keep the answer true
        until the unit of work ends.
        """
        await self.lock_user(user_id)
        active = ADMINS.where(LASTING, or_(User.is_active, User.inactive_until <= NOW))
        if await self._at_present(active.where(User.id == user_id)) is None:
            return False
        await self.lock_admin_role()
        another = active.where(User.id != user_id).limit(1)
        return await self._at_present(another) is None

    async def leaves_only_temporary(self, user_id: int, remains: bool) -> bool:
        """Whether every administrator would lose the role by time if the user had it no longer,
        or, if they are to remain one, for a time. The locks keep the answer true."""
        await self.lock_user(user_id)
        theirs = ADMINS.where(ENDLESS, User.id == user_id)
        if not remains and await self.session.scalar(theirs) is None:
            return False
        await self.lock_admin_role()
        others = ADMINS.where(UNEXPIRED, User.id != user_id).limit(1)
        if await self._at_present(others.where(ENDLESS)) is not None:
            return False
        return remains or await self._at_present(others) is not None

    async def lock_user(self, user_id: int) -> bool:
        """Locks the user, so that their roles do not change. Returns whether they exist."""
        locked = select(User.id).where(User.id == user_id, NOT_DELETED).with_for_update()
        return await self.session.scalar(locked) is not None

    async def get_user(self, user_id: int) -> User:
        """The user, who must exist."""
        return (await self.session.execute(select(User).where(User.id == user_id))).scalar_one()

    async def lock_for_assignment(self, user_id: int, names: Iterable[str]) -> Sequence[Role]:
        """The roles with these names and the user's roles, locked until the unit of work ends."""
        held = select(UserRole.role_id).where(UserRole.user_id == user_id)
        either = or_(Role.name.in_(set(names)), Role.id.in_(held))
        locked = select(Role).where(either).order_by(Role.id).with_for_update()
        return (await self.session.scalars(locked)).all()

    async def lock_registered(self, names: Set[str]) -> set[str]:
        """Those of the names that applications registered; none is deleted meanwhile."""
        name = ApplicationPermission.name
        locked = select(name).where(name.in_(names)).order_by(name).with_for_update(read=True)
        return set(await self.session.scalars(locked))

    async def expand(self, permissions: Set[str]) -> frozenset[str]:
        """The permissions; those of all applications instead of EVERYTHING."""
        if EVERYTHING not in permissions:
            return frozenset(permissions)
        registered = await self.session.scalars(select(ApplicationPermission.name))
        return frozenset(permissions - {EVERYTHING}).union(registered)

    async def by_names(self, names: Iterable[str]) -> Sequence[Role]:
        """The roles with these names; unknown names are left out."""
        return (await self.session.scalars(select(Role).where(Role.name.in_(set(names))))).all()

    async def of_user(self, user_id: int) -> Sequence[Role]:
        """The roles that the user has now."""
        roles = select(Role).join(UserRole).where(UserRole.user_id == user_id, EFFECTIVE)
        return (await self.session.scalars(roles, {"now": self.now()})).all()

    async def held_now(self, user_id: int) -> Sequence[HeldPermissions]:
        """By the roles that the user has now."""
        return await self._held(user_id, EFFECTIVE)

    async def held_ever(self, user_id: int) -> Sequence[HeldPermissions]:
        """By those, and by roles that the user will have."""
        return await self._held(user_id, UNEXPIRED)

    async def _held(self, user_id: int, which: ColumnElement[bool]) -> Sequence[HeldPermissions]:
        theirs = select(Role.permissions, UserRole.expires_at).join_from(Role, UserRole)
        found = theirs.where(UserRole.user_id == user_id, which)
        rows = await self.session.execute(found, {"now": self.now()})
        return [HeldPermissions(row.permissions, row.expires_at) for row in rows]

    async def _at_present(self, question: Any) -> Any:
        return await self.session.scalar(question, {"now": self.now()})
