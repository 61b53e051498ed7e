from fastapi import APIRouter, Response, status

from uservault.access.guard import requires_self_or
from uservault.access.principal import Permission
from uservault.account.schemas import Registration
from uservault.account.service import AccountService
from uservault.kit.etag import IfMatch, etag
from uservault.kit.problems import PreconditionFailed, problems
from uservault.kit.route import Route
from uservault.kit.schema import Message, PathId
from uservault.kit.wiring import Inject
from uservault.limits.errors import TooManyTries
from uservault.passwords.errors import PasswordRefused
from uservault.passwords.hasher import TooManyPasswords
from uservault.roles.errors import LastAdministrator
from uservault.users.errors import EmailTaken, UsernameTaken, UserNotFound
from uservault.users.models import User
from uservault.users.schemas import UserRead

router = APIRouter(prefix="/api", tags=["users"], route_class=Route)


@router.post(
    "/users",
    response_model=UserRead,
    status_code=status.HTTP_201_CREATED,
    responses=problems(UsernameTaken, EmailTaken, PasswordRefused, TooManyTries, TooManyPasswords),
)
async def create_user(
    data: Registration, account: Inject[AccountService], response: Response
) -> User:
    """Register. In development, whoever comes first becomes the administrator."""
    user = await account.register(data)
    response.headers["Location"] = f"/api/users/{user.id}"
    response.headers["ETag"] = etag(user.version)
    return user


@router.delete(
    "/users/{id:id}",
    dependencies=[requires_self_or(Permission.USERS_DELETE)],
    responses=problems(UserNotFound, LastAdministrator, PreconditionFailed),
)
async def delete_user(id: PathId, check: IfMatch, account: Inject[AccountService]) -> Message:
    """Delete a user for good: oneself, or anybody with `users:delete`. Their tokens end at once.

    In production the last active administrator stays.
    """
    await account.delete(id, check)
    return Message(message="User deleted successfully")
