from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from uservault.access.guard import requires, requires_self_or
from uservault.access.principal import Permission
from uservault.kit.etag import IfMatch, etag
from uservault.kit.page import LINKED, PageQuery
from uservault.kit.problems import PreconditionFailed, problems
from uservault.kit.route import Route
from uservault.kit.schema import Message, PathId
from uservault.kit.wiring import Inject, Shared
from uservault.users.errors import EmailTaken, UsernameTaken, UserNotFound
from uservault.users.models import User
from uservault.users.reader import UserReader
from uservault.users.schemas import UserRead, UserUpdate
from uservault.users.service import UserService

router = APIRouter(prefix="/api/users", tags=["users"], route_class=Route)

TAGGED: dict[str, Any] = {
    "headers": {
        "ETag": {
            "description": "The entity tag of this version of the user, for If-Match.",
            "schema": {"type": "string", "examples": ['"1"']},
        }
    }
}
CHANGED = problems(UserNotFound, UsernameTaken, EmailTaken, PreconditionFailed) | {200: TAGGED}


@router.get(
    "/{id:id}",
    dependencies=[requires_self_or(Permission.USERS_READ)],
    responses=problems(UserNotFound) | {200: TAGGED},
)
async def get_user(id: PathId, users: Shared[UserReader], response: Response) -> UserRead:
    """Read a user: oneself, or anybody with `users:read`."""
    user = await users.get(id)
    response.headers["ETag"] = etag(user.version)
    return user


@router.get("", dependencies=[requires(Permission.USERS_READ)], responses={200: LINKED})
async def list_users(
    query: Annotated[PageQuery, Query()],
    users: Shared[UserReader],
    request: Request,
    response: Response,
) -> Sequence[UserRead]:
    """A page of users in the order of their ids; the Link header names the next."""
    page = await users.page(query)
    return page.link(request, response)


@router.put(
    "/{id:id}",
    response_model=UserRead,
    dependencies=[requires_self_or(Permission.USERS_WRITE)],
    responses=CHANGED,
)
async def update_user(
    id: PathId, data: UserUpdate, check: IfMatch, users: Inject[UserService], response: Response
) -> User:
    """Change a user: oneself, or anybody with `users:write`. A field that is absent is kept."""
    user = await users.update(id, data, check)
    response.headers["ETag"] = etag(user.version)
    return user


@router.patch(
    "/{id:id}",
    response_model=UserRead,
    dependencies=[requires_self_or(Permission.USERS_WRITE)],
    responses=CHANGED,
)
async def patch_user(
    id: PathId, data: UserUpdate, check: IfMatch, users: Inject[UserService], response: Response
) -> User:
    """Merge into a user (RFC 7396), who has no field that null could take away."""
    return await update_user(id, data, check, users, response)


@router.delete(
    "/{id:id}",
    dependencies=[requires_self_or(Permission.USERS_DELETE)],
    responses=problems(UserNotFound, PreconditionFailed),
)
async def delete_user(id: PathId, check: IfMatch, users: Inject[UserService]) -> Message:
    """Delete a user for good: oneself, or anybody with `users:delete`. Their tokens end at once."""
    await users.delete(id, check)
    return Message(message="User deleted successfully")
