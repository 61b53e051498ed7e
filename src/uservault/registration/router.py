from typing import Annotated

from fastapi import Depends, status

from uservault.idempotency.endpoint import idempotent
from uservault.kit.problems import Unauthorized, problems
from uservault.limits.errors import TooManyTries
from uservault.passwords.errors import PasswordRefused
from uservault.passwords.hasher import TooManyPasswords
from uservault.registration.errors import RegistrationClosed
from uservault.registration.policy import may_register
from uservault.registration.schemas import UserCreate
from uservault.registration.service import RegistrationService
from uservault.users.errors import EmailTaken, UsernameTaken
from uservault.users.models import User
from uservault.users.schemas import UserRead
from uservault.web.etag import created
from uservault.web.routing import Router
from uservault.wiring.scope import Inject

router = Router(prefix="/api/users", tags=["users"])


@router.post(
    "",
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
    ),
)
@idempotent(about_user=True)
async def create_user(
    data: UserCreate, registration: Inject[RegistrationService]
) -> Annotated[User, created("/api/users")]:
    """Register. In development, the first user becomes the administrator.

    Unless USERVAULT_REGISTRATION__MODE is `open`, you need `users:write`.
    """
    return await registration.register(data)
