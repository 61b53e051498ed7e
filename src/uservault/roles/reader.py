from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import TypeAdapter
from sqlalchemy import func, select

from uservault.access.principal import EVERYTHING
from uservault.db.batch import by_key
from uservault.roles.errors import RoleNotFound
from uservault.roles.grants import EFFECTIVE, GRANTS, to_read
from uservault.roles.models import (
    ApplicationPermission,
    Role,
    UserRole,
    applications_of,
    permissions_of,
)
from uservault.roles.schemas import RoleRead, UserRolesRead
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
        func.min(UserRole.expires_at).label("until"),
    )
    .join(Role, Role.id == UserRole.role_id)
    .where(EFFECTIVE)
    .group_by(UserRole.user_id)
)
SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class EffectiveRoles:
    """The sorted names of a user's roles, and the union of their permissions.

    The permissions are UserVault's and those of applications, all by name. `until` is when the
    first role ends, if one does.
    """

    roles: tuple[str, ...] = ()
    permissions: frozenset[str] = frozenset()
    until: datetime | None = None

    def in_a_token(self, now: datetime) -> "EffectiveRoles":
        """What a token can name, which lives a second at least: nothing if a role ends sooner.

        Its successor then names what is left.
        """
        if self.until is None or self.until - now >= SECOND:
            return self
        return EffectiveRoles(until=now + SECOND)

    def seconds_left(self, now: datetime, most: int) -> int:
        """How long a token can name them, at most `most` seconds."""
        return most if self.until is None else min(most, (self.until - now) // SECOND)


class RoleReader:
    """Reads roles, and the roles of users."""

    def __init__(self, resources: Resources) -> None:
        self.database = resources.database
        self.users = resources.shared(UserReader)
        self.by_id = by_key(resources.database, READ_COLUMNS)
        self.by_user = by_key(resources.database, BY_USER, now=resources.clock)
        self.now = resources.clock

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
        """The user's roles now; none if the user does not exist. Concurrent calls share a query."""
        row = await self.by_user.get(user_id)
        if row is None:
            return EffectiveRoles()
        names = tuple(sorted(row.roles.split()))
        held = permissions_of(row.permissions) | applications_of(row.permissions)
        return EffectiveRoles(names, await self._expand(held), row.until)

    async def of_user(self, user_id: int) -> UserRolesRead:
        """With the times of each. Raises UserNotFound."""
        await self.users.get(user_id)
        now = self.now()
        rows = await self.database.rows(GRANTS, {"user_id": user_id, "now": now})
        read = to_read(rows, now)
        read.permissions = sorted(await self._expand(set(read.permissions)))
        return read

    async def _to_read(self, role: RoleRead) -> RoleRead:
        role.permissions = sorted(await self._expand(frozenset(role.permissions)))
        return role

    async def _expand(self, permissions: Set[str]) -> frozenset[str]:
        """Like `RoleRepository.expand`, outside of a unit of work."""
        if EVERYTHING not in permissions:
            return frozenset(permissions)
        registered = [row.name for row in await self.database.rows(REGISTERED)]
        return frozenset(permissions - {EVERYTHING}).union(registered)
