"""A user's own account."""

from fastapi import APIRouter, Response

from uservault.access.guard import CurrentPrincipal
from uservault.account.erasure import Erasure
from uservault.account.password_change import PasswordChange
from uservault.account.schemas import PasswordUpdate
from uservault.account.service import AccountService
from uservault.kit.etag import TAGGED, IfMatch, etag
from uservault.kit.outages import ConcurrentChange
from uservault.kit.problems import PreconditionFailed, problems
from uservault.kit.route import Route
from uservault.kit.schema import Message
from uservault.kit.wiring import Inject, Shared
from uservault.limits.errors import TooManyTries
from uservault.passwords.errors import CurrentPasswordWrong, PasswordRefused
from uservault.passwords.hasher import TooManyPasswords
from uservault.roles.errors import LastAdministrator
from uservault.users.errors import EmailTaken, UsernameTaken, UserNotFound
from uservault.users.reader import UserReader
from uservault.users.schemas import UserRead, UserUpdate

router = APIRouter(prefix="/api/me", tags=["me"], route_class=Route)


@router.get("", responses=problems(UserNotFound) | {200: TAGGED})
async def get_me(me: CurrentPrincipal, users: Shared[UserReader], response: Response) -> UserRead:
    """Read oneself."""
    user = await users.get(me.user_id)
    response.headers["ETag"] = etag(user.version)
    return user


@router.patch(
    "",
    responses=problems(UserNotFound, UsernameTaken, EmailTaken, PreconditionFailed, TooManyTries)
    | {200: TAGGED},
)
async def patch_me(
    me: CurrentPrincipal,
    data: UserUpdate,
    check: IfMatch,
    account: Inject[AccountService],
    response: Response,
) -> UserRead:
    """Change oneself; a field that is absent is kept.

    Where addresses must be proved, a new one waits for its proof.
    """
    user = await account.update(me.user_id, data, check, me)
    response.headers["ETag"] = etag(user.version)
    return user


@router.delete("", responses=problems(UserNotFound, LastAdministrator, PreconditionFailed))
async def delete_me(me: CurrentPrincipal, check: IfMatch, erasure: Inject[Erasure]) -> Message:
    """Delete oneself, for good at once or after a grace. All sessions end at once.

    In production the last active administrator stays.
    """
    await erasure.delete(me.user_id, check, me)
    return Message(message="User deleted successfully")


@router.put(
    "/password",
    responses=problems(
        CurrentPasswordWrong, PasswordRefused, ConcurrentChange, TooManyTries, TooManyPasswords
    ),
)
async def change_my_password(
    me: CurrentPrincipal, data: PasswordUpdate, passwords: Inject[PasswordChange]
) -> Message:
    """Change one's password. All sessions but this one end."""
    await passwords.change(me, data.current_password, data.new_password)
    return Message(message="Password changed")
