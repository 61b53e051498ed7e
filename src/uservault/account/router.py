from fastapi import APIRouter, Response, status

from uservault.account.schemas import Registration
from uservault.account.service import AccountService
from uservault.kit.etag import etag
from uservault.kit.problems import problems
from uservault.kit.route import Route
from uservault.kit.wiring import Inject
from uservault.limits.errors import TooManyTries
from uservault.passwords.errors import PasswordRefused
from uservault.passwords.hasher import TooManyPasswords
from uservault.users.errors import EmailTaken, UsernameTaken
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
