from typing import Annotated

from fastapi import Query

from uservault.access.guard import requires, requires_self_or
from uservault.access.principal import Permission, Principal
from uservault.kit.problems import problems
from uservault.kit.schema import PathId
from uservault.users.errors import UserNotFound
from uservault.users.reader import UserReader
from uservault.users.schemas import UserRead
from uservault.web.etag import Tagged
from uservault.web.pagination import Paged, PageQuery
from uservault.web.routing import Router
from uservault.wiring.scope import Shared

router = Router(prefix="/api/users", tags=["users"])


@router.get(
    "/{id:id}",
    responses=problems(UserNotFound),
)
async def get_user(
    id: PathId,
    me: Annotated[Principal, requires_self_or(Permission.USERS_READ)],
    users: Shared[UserReader],
) -> Tagged[UserRead]:
    """Read a user. You need `users:read`, except to read yourself."""
    return await users.get_for(me, id)


@router.get("", dependencies=[requires(Permission.USERS_READ)])
async def list_users(
    query: Annotated[PageQuery, Query()],
    users: Shared[UserReader],
) -> Paged[UserRead]:
    """List users, sorted by id. The `Link` header leads to the next page."""
    return await users.page(query)
