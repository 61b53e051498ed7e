"""Deactivating users, and activating them again."""

from fastapi import APIRouter, Response

from uservault.access.guard import CurrentPrincipal, requires
from uservault.access.principal import Permission
from uservault.account.service import AccountService
from uservault.kit.problems import PreconditionFailed, problems
from uservault.kit.schema import PathId
from uservault.roles.errors import LastAdministrator
from uservault.users.errors import DeactivationOver, UserNotFound
from uservault.users.schemas import UserDeactivate, UserRead
from uservault.web.etag import TAGGED, IfMatch, etag
from uservault.web.route import Route
from uservault.wiring.scope import Inject

router = APIRouter(prefix="/api/users/{id:id}", tags=["users"], route_class=Route)

WRITES = [requires(Permission.USERS_WRITE)]


@router.post(
    "/deactivate",
    dependencies=WRITES,
    responses=problems(UserNotFound, LastAdministrator, DeactivationOver, PreconditionFailed)
    | {200: TAGGED},
)
async def deactivate_user(
    id: PathId,
    data: UserDeactivate,
    check: IfMatch,
    me: CurrentPrincipal,
    account: Inject[AccountService],
    response: Response,
) -> UserRead:
    """Shut a user out, for good or for a while. Their tokens are refused at once."""
    user = await account.deactivate(id, data, check, me)
    response.headers["ETag"] = etag(user.version)
    return user


@router.post(
    "/activate",
    dependencies=WRITES,
    responses=problems(UserNotFound, PreconditionFailed) | {200: TAGGED},
)
async def activate_user(
    id: PathId,
    check: IfMatch,
    me: CurrentPrincipal,
    account: Inject[AccountService],
    response: Response,
) -> UserRead:
    """Let a user in again. Sessions that did not end otherwise are live again."""
    user = await account.activate(id, check, me)
    response.headers["ETag"] = etag(user.version)
    return user
