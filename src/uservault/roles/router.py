from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response, status

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
from uservault.web.etag import TAGGED, IfMatch, etag
from uservault.web.headers import headers
from uservault.web.pagination import LINKED, PageQuery
from uservault.web.route import Route
from uservault.wiring.scope import Inject, Shared

router = APIRouter(prefix="/api", tags=["roles"], route_class=Route)

READING = [requires(Permission.ROLES_READ)]
WRITING = [requires(Permission.ROLES_WRITE)]
LOCATED = headers("ETag", "Location")
CHANGED = problems(RoleNotFound, BuiltInRole, RoleNameTaken, PreconditionFailed) | {200: TAGGED}


@router.get("/roles", dependencies=READING, responses={200: LINKED})
async def list_roles(
    query: Annotated[PageQuery, Query()],
    roles: Shared[RoleReader],
    request: Request,
    response: Response,
) -> Sequence[RoleRead]:
    """A page of roles in the order of their ids; the Link header names the next."""
    page = await roles.page(query)
    return page.link(request, response)


@router.get(
    "/roles/{id:id}", dependencies=READING, responses=problems(RoleNotFound) | {200: TAGGED}
)
async def get_role(id: RoleId, roles: Shared[RoleReader], response: Response) -> RoleRead:
    """Read a role."""
    role = await roles.get(id)
    response.headers["ETag"] = etag(role.version)
    return role


@router.post(
    "/roles",
    response_model=RoleRead,
    status_code=status.HTTP_201_CREATED,
    dependencies=WRITING,
    responses=problems(RoleNameTaken) | {201: LOCATED},
)
async def create_role(
    data: RoleCreate, by: CurrentPrincipal, roles: Inject[RoleService], response: Response
) -> Role:
    """Make a role, of permissions that you hold yourself."""
    role = await roles.create(data, by)
    response.headers["Location"] = f"/api/roles/{role.id}"
    response.headers["ETag"] = etag(role.version)
    return role


@router.patch("/roles/{id:id}", response_model=RoleRead, dependencies=WRITING, responses=CHANGED)
async def patch_role(
    id: RoleId,
    data: RoleUpdate,
    check: IfMatch,
    by: CurrentPrincipal,
    roles: Inject[RoleService],
    response: Response,
) -> Role:
    """Update a role by JSON merge patch (RFC 7396). `null` is refused.

    You must hold every permission of the role, before and after. Its holders have the new
    permissions from their next request on.
    """
    role = await roles.update(id, data, check, by)
    response.headers["ETag"] = etag(role.version)
    return role


@router.delete(
    "/roles/{id:id}",
    dependencies=WRITING,
    responses=problems(RoleNotFound, BuiltInRole, PreconditionFailed),
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
    responses=problems(UserNotFound, UnknownRole, LastAdministrator),
)
async def set_user_roles(
    id: PathId, data: UserRoles, by: CurrentPrincipal, roles: Inject[RoleAssignments]
) -> EffectiveRoles:
    """Give a user these roles and no others, if you hold all that is given and taken.

    The roles of an administrator are for administrators to change.
    """
    return await roles.assign(id, data.roles, by)
