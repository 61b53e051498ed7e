from fastapi import APIRouter, Depends, Response, status

from uservault.access.guard import CurrentPrincipal, requires_self_or
from uservault.access.principal import Permission
from uservault.account.admission import may_register
from uservault.account.erasure import Erasure
from uservault.account.errors import RegistrationClosed
from uservault.account.schemas import Registration
from uservault.account.service import AccountService
from uservault.kit.etag import TAGGED, IfMatch, etag
from uservault.kit.headers import headers
from uservault.kit.problems import PreconditionFailed, Unauthorized, problems
from uservault.kit.route import Route
from uservault.kit.schema import Message, PathId
from uservault.kit.wiring import Inject
from uservault.limits.errors import TooManyTries
from uservault.passwords.errors import PasswordRefused
from uservault.passwords.hasher import TooManyPasswords
from uservault.roles.errors import LastAdministrator
from uservault.users.errors import EmailTaken, UsernameTaken, UserNotFound
from uservault.users.models import User
from uservault.users.schemas import UserRead, UserUpdate

router = APIRouter(prefix="/api", tags=["users"], route_class=Route)

CHANGED = problems(UserNotFound, UsernameTaken, EmailTaken, PreconditionFailed, TooManyTries) | {
    200: TAGGED
}


@router.post(
    "/users",
    response_model=UserRead,
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(may_register)],
    responses=problems(
        Unauthorized,
        RegistrationClosed,
        UsernameTaken,
        EmailTaken,
        PasswordRefused,
        TooManyTries,
        TooManyPasswords,
    )
    | {201: headers("ETag", "Location")},
)
async def create_user(
    data: Registration, account: Inject[AccountService], response: Response
) -> User:
    """Register. In development, whoever comes first becomes the administrator.

    Unless USERVAULT_REGISTRATION__MODE is `open`, only for who holds `users:write`.
    """
    user = await account.register(data)
    response.headers["Location"] = f"/api/users/{user.id}"
    response.headers["ETag"] = etag(user.version)
    return user


@router.put(
    "/users/{id:id}",
    dependencies=[requires_self_or(Permission.USERS_WRITE)],
    responses=CHANGED,
)
async def update_user(
    id: PathId,
    data: UserUpdate,
    check: IfMatch,
    me: CurrentPrincipal,
    account: Inject[AccountService],
    response: Response,
) -> UserRead:
    """Change a user: oneself, or anybody with `users:write`. A field that is absent is kept.

    Nobody changes, deletes or deactivates a user who may do what they themselves may not. Where
    addresses must be proved, a new one waits for its proof.
    """
    user = await account.update(id, data, check, me)
    response.headers["ETag"] = etag(user.version)
    return user


@router.patch(
    "/users/{id:id}",
    dependencies=[requires_self_or(Permission.USERS_WRITE)],
    responses=CHANGED,
)
async def patch_user(
    id: PathId,
    data: UserUpdate,
    check: IfMatch,
    me: CurrentPrincipal,
    account: Inject[AccountService],
    response: Response,
) -> UserRead:
    """Merge into a user (RFC 7396), whose locale null takes away."""
    return await update_user(id, data, check, me, account, response)


@router.delete(
    "/users/{id:id}",
    dependencies=[requires_self_or(Permission.USERS_DELETE)],
    responses=problems(UserNotFound, LastAdministrator, PreconditionFailed),
)
async def delete_user(
    id: PathId, check: IfMatch, me: CurrentPrincipal, erasure: Inject[Erasure]
) -> Message:
    """Delete a user: oneself, or anybody with `users:delete`. Their tokens end at once.

    It is for good; if USERVAULT_ERASURE__GRACE_DAYS says so, only after that many days, until when
    an administrator can take it back. In production the last active administrator stays.
    """
    await erasure.delete(id, check, me)
    return Message(message="User deleted successfully")
