from collections.abc import Sequence

from fastapi import status

from uservault.access.fresh import FreshLoginRequired
from uservault.access.guard import requires
from uservault.access.principal import Permission
from uservault.idempotency.endpoint import idempotent
from uservault.kit.problems import problems
from uservault.kit.schema import Message
from uservault.permissions.errors import (
    PermissionFromSettings,
    PermissionInUse,
    PermissionNotFound,
    PermissionTaken,
    TooManyPermissions,
)
from uservault.permissions.reader import PermissionReader
from uservault.permissions.schemas import PathName, PermissionCreate, PermissionRead
from uservault.permissions.service import PermissionService
from uservault.web.routing import Router
from uservault.wiring.scope import Inject, Shared

router = Router(prefix="/api/permissions", tags=["permissions"])

REQUIRES_WRITE = [requires(Permission.ROLES_WRITE, fresh=True)]


@router.get("", dependencies=[requires(Permission.ROLES_READ)])
async def list_permissions(permissions: Shared[PermissionReader]) -> Sequence[PermissionRead]:
    """List all permissions: UserVault's own, and those of applications."""
    return await permissions.all()


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    dependencies=REQUIRES_WRITE,
    responses=problems(PermissionTaken, TooManyPermissions, FreshLoginRequired),
)
@idempotent()
async def create_permission(
    data: PermissionCreate, permissions: Inject[PermissionService]
) -> PermissionRead:
    """Register a permission of an application, for roles to hold and tokens to carry.

    Administrators hold it at once. It permits nothing at UserVault.
    """
    await permissions.register(data)
    return PermissionRead(name=data.name, description=data.description, source="api")


@router.delete(
    "/{name}",
    dependencies=REQUIRES_WRITE,
    responses=problems(
        PermissionNotFound, PermissionInUse, PermissionFromSettings, FreshLoginRequired
    ),
)
async def delete_permission(name: PathName, permissions: Inject[PermissionService]) -> Message:
    """Delete a permission of an application that no role holds."""
    await permissions.delete(name)
    return Message(message="Permission deleted successfully")
