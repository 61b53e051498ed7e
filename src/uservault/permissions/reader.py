from sqlalchemy import select

from uservault.permissions.builtin import BUILT_IN
from uservault.permissions.schemas import PermissionRead
from uservault.roles.models import ApplicationPermission
from uservault.wiring.ports import Resources

REGISTERED = select(ApplicationPermission.name, ApplicationPermission.description).order_by(
    ApplicationPermission.name
)


class PermissionReader:
    """Reads permissions. There are never very many, since tokens carry them."""

    def __init__(self, resources: Resources) -> None:
        self.database = resources.database
        self.in_settings = frozenset(resources.settings.permissions)

    async def all(self) -> list[PermissionRead]:
        """UserVault's own first, then those of applications, sorted by name."""
        return BUILT_IN + [
            PermissionRead(
                name=row.name,
                description=row.description,
                source="settings" if row.name in self.in_settings else "api",
            )
            for row in await self.database.rows(REGISTERED)
        ]
