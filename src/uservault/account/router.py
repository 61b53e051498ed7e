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
from uservault.web.routing import Router
from uservault.wiring.scope import Inject

router = Router(prefix="/api/users/{id:id}", tags=["users"])

PROBLEMS = problems(
    UserNotFound, UsernameTaken, EmailTaken, PreconditionFailed, TooManyTries, FreshLoginRequired
)


@router.put(
    "",
    dependencies=[requires_self_or(Permission.USERS_WRITE)],
    responses=PROBLEMS,
)
async def update_user(
    id: PathId,
    data: UserUpdate,
    check: IfMatch,
    me: CurrentPrincipal,
    account: Inject[AccountService],
) -> Tagged[UserRead]:
    """Change a user. You need `users:write`, except to change yourself.

    If verification is required, a new e-mail address applies once it is verified. You cannot
    change, delete or deactivate a user who holds a permission that you lack.
    """
    return await account.update(id, data, check, me)


@router.patch(
    "",
    dependencies=[requires_self_or(Permission.USERS_WRITE)],
    responses=PROBLEMS,
)
async def patch_user(
    id: PathId,
    data: UserUpdate,
    check: IfMatch,
    me: CurrentPrincipal,
    account: Inject[AccountService],
) -> Tagged[UserRead]:
    """Update a user by JSON merge patch (RFC 7396). `null` removes the locale."""
    return await update_user(id, data, check, me, account)
