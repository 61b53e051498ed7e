"""Deactivating users, and activating them again."""

from typing import Any

from fastapi import APIRouter, Response

from uservault.access.guard import requires
from uservault.access.principal import Permission
from uservault.kit.etag import TAGGED, IfMatch, etag
from uservault.kit.problems import PreconditionFailed, problems
from uservault.kit.route import Route
from uservault.kit.schema import PathId
from uservault.kit.wiring import Inject
from uservault.users.errors import UserNotFound
from uservault.users.schemas import Deactivation, UserRead
from uservault.users.service import UserService

router = APIRouter(prefix="/api/users/{id:id}", tags=["users"], route_class=Route)

WRITES: dict[str, Any] = {
    "dependencies": [requires(Permission.USERS_WRITE)],
    "responses": problems(UserNotFound, PreconditionFailed) | {200: TAGGED},
}


@router.post("/deactivate", **WRITES)
async def deactivate_user(
    id: PathId, data: Deactivation, check: IfMatch, users: Inject[UserService], response: Response
) -> UserRead:
    """Shut a user out, for good or for a while. Their tokens are refused at once."""
    user = await users.deactivate(id, data, check)
    response.headers["ETag"] = etag(user.version)
    return user


@router.post("/activate", **WRITES)
async def activate_user(
    id: PathId, check: IfMatch, users: Inject[UserService], response: Response
) -> UserRead:
    """Let a user in again. Sessions that did not end otherwise are live again."""
    user = await users.activate(id, check)
    response.headers["ETag"] = etag(user.version)
    return user
