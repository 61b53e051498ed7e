from fastapi import APIRouter

from uservault.access.fresh import FreshLoginRequired
from uservault.access.guard import CurrentPrincipal, requires_self_or
from uservault.access.principal import Permission
from uservault.account.service import AccountService
from uservault.kit.problems import PreconditionFailed, problems
from uservault.kit.schema import PathId
from uservault.limits.errors import TooManyTries
from uservault.users.errors import EmailTaken, UsernameTaken, UserNotFound
from uservault.users.schemas import UserRead, UserUpdate
from uservault.web.etag import IfMatch, Tagged
from uservault.web.route import Route
from uservault.wiring.scope import Inject

router = APIRouter(prefix="/api/users/{id:id}", tags=["users"], route_class=Route)

CHANGED = problems(
    UserNotFound, UsernameTaken, EmailTaken, PreconditionFailed, TooManyTries, FreshLoginRequired
)


@router.put(
    "",
    dependencies=[requires_self_or(Permission.USERS_WRITE)],
    responses=CHANGED,
)
async def update_user(
    id: PathId,
    data: UserUpdate,
    check: IfMatch,
    me: CurrentPrincipal,
    account: Inject[AccountService],
) -> Tagged[UserRead]:
    """Change a user: oneself, or anybody with `users:write`. A field that is absent is kept.

    Nobody changes, deletes or deactivates a user who may do what they themselves may not. Where
    addresses must be proved, a new one waits for its proof.
    """
    return await account.update(id, data, check, me)


@router.patch(
    "",
    dependencies=[requires_self_or(Permission.USERS_WRITE)],
    responses=CHANGED,
)
async def patch_user(
    id: PathId,
    data: UserUpdate,
    check: IfMatch,
    me: CurrentPrincipal,
    account: Inject[AccountService],
) -> Tagged[UserRead]:
    """Merge into a user (RFC 7396), whose locale null takes away."""
    return await update_user(id, data, check, me, account)
