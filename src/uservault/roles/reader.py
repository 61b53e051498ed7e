from dataclasses import dataclass

from sqlalchemy import func, select

from uservault.access.principal import Permission
from uservault.kit.batch import by_key
from uservault.kit.ports import Resources
from uservault.roles.models import Role, UserRole, permissions_of

HELD = (
    select(UserRole.user_id, func.aggregate_strings(Role.name, " ").label("names"))
    .join(Role, Role.id == UserRole.role_id)
    .group_by(UserRole.user_id)
)


@dataclass(frozen=True, slots=True)
class Held:
    roles: tuple[str, ...] = ()
    permissions: frozenset[Permission] = frozenset()


class RoleReader:
    def __init__(self, resources: Resources) -> None:
        self.by_user = by_key(resources.database, HELD)

    async def held_by(self, user_id: int) -> Held:
        row = await self.by_user.get(user_id)
        names = row.names if row else ""
        return Held(tuple(sorted(names.split())), permissions_of(names))
