from typing import Annotated

from fastapi import APIRouter, Query, status

from uservault.access.fresh import FreshLoginRequired
from uservault.access.guard import CurrentPrincipal, requires, requires_self_or
from uservault.access.principal import Permission
from uservault.kit.problems import PreconditionFailed, problems
from uservault.kit.schema import Message, PathId
from uservault.roles.assignments import RoleAssignments
from uservault.roles.errors import (
    BuiltInRole,
    LastAdministrator,
    RoleNameTaken,
    RoleNotFound,
    UnknownRole,
)
from uservault.roles.models import Role
from uservault.roles.reader import EffectiveRoles, RoleReader
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
from uservault.web.route import Route
from uservault.wiring.scope import Inject, Shared

router = APIRouter(prefix="/api", tags=["roles"], route_class=Route)

READING = [requires(Permission.ROLES_READ)]
WRITING = [requires(Permission.ROLES_WRITE, fresh=True)]
CHANGED = problems(RoleNotFound, BuiltInRole, RoleNameTaken, PreconditionFailed, FreshLoginRequired)


@router.get("/roles", dependencies=READING)
async def list_roles(
    query: Annotated[PageQuery, Query()],
    roles: Shared[RoleReader],
) -> Paged[RoleRead]:
    """A page of roles in the order of their ids; the Link header names the next."""
    return await roles.page(query)


@router.get("/roles/{id:id}", dependencies=READING, responses=problems(RoleNotFound))
async def get_role(id: RoleId, roles: Shared[RoleReader]) -> Tagged[RoleRead]:
    """Read a role."""
    return await roles.get(id)


@router.post(
    "/roles",
    response_model=RoleRead,
    status_code=status.HTTP_201_CREATED,
    dependencies=WRITING,
    responses=problems(RoleNameTaken, FreshLoginRequired),
)
async def create_role(
    data: RoleCreate, by: CurrentPrincipal, roles: Inject[RoleService]
) -> Annotated[Role, created("/api/roles")]:
    """Make a role, of permissions that you hold yourself."""
    return await roles.create(data, by)


@router.patch("/roles/{id:id}", response_model=RoleRead, dependencies=WRITING, responses=CHANGED)
async def patch_role(
    id: RoleId,
    data: RoleUpdate,
    check: IfMatch,
    by: CurrentPrincipal,
    roles: Inject[RoleService],
) -> Tagged[Role]:
    """Update a role by JSON merge patch (RFC 7396). `null` is refused.

    You must hold every permission of the role, before and after. Its holders have the new
    permissions from their next request on.
    """
    return await roles.update(id, data, check, by)


@router.delete(
    "/roles/{id:id}",
    dependencies=WRITING,
    responses=problems(RoleNotFound, BuiltInRole, PreconditionFailed, FreshLoginRequired),
)
async def delete_role(
    id: RoleId, check: IfMatch, by: CurrentPrincipal, roles: Inject[RoleService]
) -> Message:
    """Delete a role, and take it from whoever holds it, if you hold all that it permits."""
    await roles.delete(id, check, by)
    return Message(message="Role deleted successfully")


@router.get(
    "/users/{id:id}/roles",
    response_model=UserRolesRead,
    dependencies=[requires_self_or(Permission.ROLES_READ)],
    responses=problems(UserNotFound),
)
async def get_user_roles(id: PathId, roles: Shared[RoleReader]) -> EffectiveRoles:
    """The roles of a user: one's own, or anybody's with `roles:read`."""
    return await roles.of_user(id)


@router.put(
    "/users/{id:id}/roles",
    response_model=UserRolesRead,
    dependencies=WRITING,
    responses=problems(UserNotFound, UnknownRole, LastAdministrator, FreshLoginRequired),
)
async def set_user_roles(
    id: PathId, data: UserRoles, by: CurrentPrincipal, roles: Inject[RoleAssignments]
) -> EffectiveRoles:
    """Give a user these roles and no others, if you hold all that is given and taken.

    The roles of an administrator are for administrators to change.
    """
    return await roles.assign(id, data.roles, by)
