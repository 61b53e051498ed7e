from sqlalchemy import String, select, type_coerce
from sqlalchemy.exc import IntegrityError

from uservault.permissions.errors import PermissionTaken
from uservault.roles.models import ApplicationPermission, Role
from uservault.wiring.repository import Repository


class PermissionRepository(Repository[ApplicationPermission]):
    model = ApplicationPermission

    async def named(self, name: str) -> ApplicationPermission | None:
        """The permission, locked: no role gets it until the unit of work ends."""
        return await self.session.get(ApplicationPermission, name, with_for_update=True)

    async def names(self) -> set[str]:
        return set(await self.session.scalars(select(ApplicationPermission.name)))

    async def save(self, row: ApplicationPermission) -> ApplicationPermission:
        """Raises PermissionTaken."""
        try:
            return await super().save(row)
        except IntegrityError as error:
            raise PermissionTaken from error

    async def holders(self, name: str) -> list[str]:
        """The names of the roles that hold the permission."""
        mention = type_coerce(Role.permissions, String).contains(name, autoescape=True)
        roles = await self.session.scalars(select(Role).where(mention).order_by(Role.id))
        return [role.name for role in roles if name in role.permissions]
