"""Deactivating and activating users."""

from uservault.access.guard import CurrentPrincipal, requires
from uservault.access.principal import Permission
from uservault.account.service import AccountService
from uservault.idempotency.endpoint import idempotent
from uservault.kit.problems import PreconditionFailed, problems
from uservault.kit.schema import PathId
from uservault.roles.errors import LastAdministrator
from uservault.users.errors import DeactivationOver, UserNotFound
from uservault.users.schemas import UserDeactivate, UserRead
from uservault.web.etag import IfMatch, Tagged
from uservault.web.routing import Router
from uservault.wiring.scope import Inject

router = Router(prefix="/api/users/{id:id}", tags=["users"])

REQUIRES_WRITE = [requires(Permission.USERS_WRITE)]


@router.post(
    "/deactivate",
    dependencies=REQUIRES_WRITE,
    responses=problems(UserNotFound, LastAdministrator, DeactivationOver, PreconditionFailed),
)
@idempotent(about_user=True)
async def deactivate_user(
    id: PathId,
    data: UserDeactivate,
    check: IfMatch,
    me: CurrentPrincipal,
    account: Inject[AccountService],
) -> Tagged[UserRead]:
    """Deactivate a user, indefinitely or until a set time. Their tokens stop working at once."""
    return await account.deactivate(id, data, check, me)


@router.post(
    "/activate",
    dependencies=REQUIRES_WRITE,
    responses=problems(UserNotFound, PreconditionFailed),
)
@idempotent(about_user=True)
async def activate_user(
    id: PathId,
    check: IfMatch,
    me: CurrentPrincipal,
    account: Inject[AccountService],
) -> Tagged[UserRead]:
    """Activate a deactivated user. The sessions that the deactivation ended stay ended."""
    return await account.activate(id, check, me)
