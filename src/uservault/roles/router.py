from typing import Annotated

from fastapi import Query, status

from uservault.access.fresh import FreshLoginRequired
from uservault.access.guard import CurrentPrincipal, requires, requires_self_or
from uservault.access.principal import Permission
from uservault.idempotency.endpoint import idempotent
from uservault.kit.problems import PreconditionFailed, problems
from uservault.kit.schema import Message, PathId
from uservault.roles.assignments import RoleAssignments
from uservault.roles.errors import (
    BuiltInRole,
    GrantOver,
    LastAdministrator,
    RoleNameTaken,
    RoleNotFound,
    UnknownPermission,
    UnknownRole,
)
from uservault.roles.models import Role
from uservault.roles.reader import RoleReader
from uservault.roles.schemas import (
    RoleCreate,
    RoleId,
    RoleRead,
    RoleUpdate,
    UserRoles,
    UserRolesRead,
)
from uservault.roles.service import RoleService
from uservault.users.errors import UserNotFound
from uservault.web.etag import IfMatch, Tagged, created
from uservault.web.pagination import Paged, PageQuery
from uservault.web.routing import Router
from uservault.wiring.scope import Inject, Shared

router = Router(prefix="/api", tags=["roles"])

REQUIRES_READ = [requires(Permission.ROLES_READ)]
REQUIRES_WRITE = [requires(Permission.ROLES_WRITE, fresh=True)]
PROBLEMS = problems(
    RoleNotFound,
    BuiltInRole,
    RoleNameTaken,
    UnknownPermission,
    PreconditionFailed,
    FreshLoginRequired,
)


@router.get("/roles", dependencies=REQUIRES_READ)
async def list_roles(
    query: Annotated[PageQuery, Query()],
    roles: Shared[RoleReader],
) -> Paged[RoleRead]:
    """List roles, sorted by id. The `Link` header leads to the next page."""
    return await roles.page(query)


@router.get("/roles/{id:id}", dependencies=REQUIRES_READ, responses=problems(RoleNotFound))
async def get_role(id: RoleId, roles: Shared[RoleReader]) -> Tagged[RoleRead]:
    """Read a role."""
    return await roles.get(id)


@router.post(
    "/roles",
    response_model=RoleRead,
    status_code=status.HTTP_201_CREATED,
    dependencies=REQUIRES_WRITE,
    responses=problems(RoleNameTaken, UnknownPermission, FreshLoginRequired),
)
@idempotent()
async def create_role(
    data: RoleCreate, by: CurrentPrincipal, roles: Inject[RoleService]
) -> Annotated[Role, created("/api/roles")]:
    """Create a role. You must hold its permissions for good, and all if it has none."""
    return await roles.create(data, by)


@router.patch(
    "/roles/{id:id}", response_model=RoleRead, dependencies=REQUIRES_WRITE, responses=PROBLEMS
)
async def patch_role(
    id: RoleId,
    data: RoleUpdate,
    check: IfMatch,
    by: CurrentPrincipal,
    roles: Inject[RoleService],
) -> Tagged[Role]:
    """Update a role by JSON merge patch (RFC 7396). `null` is refused.

    You must hold every permission of the role, before and after the change, and not only for a
    time. To rename a role, or if it has no permissions before or after, you must hold every
    permission that there is.
    """
    return await roles.update(id, data, check, by)


@router.delete(
    "/roles/{id:id}",
    dependencies=REQUIRES_WRITE,
    responses=problems(RoleNotFound, BuiltInRole, PreconditionFailed, FreshLoginRequired),
)
async def delete_role(
    id: RoleId, check: IfMatch, by: CurrentPrincipal, roles: Inject[RoleService]
) -> Message:
    """Delete a role and revoke it from its users.

    You must hold its permissions for good, and every permission if it has none.
    """
    await roles.delete(id, check, by)
    return Message(message="Role deleted successfully")


@router.get(
    "/users/{id:id}/roles",
    dependencies=[requires_self_or(Permission.ROLES_READ)],
    responses=problems(UserNotFound),
)
async def get_user_roles(id: PathId, roles: Shared[RoleReader]) -> UserRolesRead:
    """Read a user's roles. You need `roles:read`, except for your own."""
    return await roles.of_user(id)


@router.put(
    "/users/{id:id}/roles",
    dependencies=REQUIRES_WRITE,
    responses=problems(UserNotFound, UnknownRole, LastAdministrator, GrantOver, FreshLoginRequired),
)
async def set_user_roles(
    id: PathId, data: UserRoles, by: CurrentPrincipal, roles: Inject[RoleAssignments]
) -> UserRolesRead:
    """Replace a user's roles. You must hold the permissions of all roles you add or remove.

    You must hold every permission to add or remove a role without permissions, or to change the
    roles of an administrator. If you hold permissions only for a time, a role with them must end by
    then. In production, the last active administrator keeps the role without an end.
    """
    return await roles.assign(id, data.roles, by)
