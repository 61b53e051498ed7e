from typing import Annotated

from uservault.access.guard import requires_self_or
from uservault.access.principal import Permission, Principal
from uservault.kit.problems import problems
from uservault.kit.schema import PathId
from uservault.users.errors import UserNotFound
from uservault.users.reader import UserReader
from uservault.users.schemas import UserRead
from uservault.web.etag import Tagged
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
