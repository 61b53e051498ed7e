from collections.abc import Set
from dataclasses import dataclass

from pydantic import TypeAdapter
from sqlalchemy import func, select

from uservault.access.principal import EVERYTHING
from uservault.db.batch import by_key
from uservault.roles.errors import RoleNotFound
from uservault.roles.models import (
    ApplicationPermission,
    Role,
    UserRole,
    applications_of,
    permissions_of,
)
from uservault.roles.schemas import RoleRead
from uservault.users.reader import UserReader
from uservault.web.pagination import Page, PageQuery, in_pages, read_page
from uservault.wiring.ports import Resources

READ_COLUMNS = select(*(getattr(Role, field) for field in RoleRead.model_fields))
PAGE = in_pages(READ_COLUMNS, Role.id)
MANY = TypeAdapter(list[RoleRead])
REGISTERED = select(ApplicationPermission.name)
BY_USER = (
    select(
        UserRole.user_id,
        func.aggregate_strings(Role.name, " ").label("roles"),
        func.aggregate_strings(Role.permissions, " ").label("permissions"),
    )
    .join(Role, Role.id == UserRole.role_id)
    .group_by(UserRole.user_id)
)


@dataclass(frozen=True, slots=True)
class EffectiveRoles:
    """The sorted names of a user's roles, and the union of their permissions.

    The permissions are UserVault's and those of applications, all by name.
    """

    roles: tuple[str, ...] = ()
    permissions: frozenset[str] = frozenset()


class RoleReader:
    """Reads roles, and the roles of users."""

    def __init__(self, resources: Resources) -> None:
        self.database = resources.database
        self.users = resources.shared(UserReader)
        self.by_id = by_key(resources.database, READ_COLUMNS)
        self.by_user = by_key(resources.database, BY_USER)

    async def get(self, id: int) -> RoleRead:
        """Raises RoleNotFound."""
        if row := await self.by_id.get(id):
            return await self._to_read(RoleRead.model_validate(row))
        raise RoleNotFound

    async def page(self, query: PageQuery) -> Page[RoleRead]:
        """Sorted by id."""
        page = await read_page(self.database, PAGE, query, MANY.validate_python)
        return Page([await self._to_read(role) for role in page.items], page.cursor)

    async def held_by(self, user_id: int) -> EffectiveRoles:
        """The user's roles; none if the user does not exist. Concurrent calls share a query."""
        row = await self.by_user.get(user_id)
        if row is None:
            return EffectiveRoles()
        held = permissions_of(row.permissions) | applications_of(row.permissions)
        return EffectiveRoles(tuple(sorted(row.roles.split())), await self._expand(held))

    async def of_user(self, user_id: int) -> EffectiveRoles:
        """Like `held_by`, but raises UserNotFound."""
        await self.users.get(user_id)
        return await self.held_by(user_id)

    async def _to_read(self, role: RoleRead) -> RoleRead:
        role.permissions = sorted(await self._expand(frozenset(role.permissions)))
        return role

    async def _expand(self, permissions: Set[str]) -> frozenset[str]:
        """Like `RoleRepository.expand`, outside of a unit of work."""
        if EVERYTHING not in permissions:
            return frozenset(permissions)
        registered = [row.name for row in await self.database.rows(REGISTERED)]
        return frozenset(permissions - {EVERYTHING}).union(registered)
