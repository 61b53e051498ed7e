from typing import Annotated

from fastapi import APIRouter, Form

from uservault.auth.errors import LoginRefused
from uservault.auth.schemas import AccessTokenRead, Login, PasswordGrant
from uservault.auth.service import AuthService
from uservault.kit.problems import problems
from uservault.kit.route import Route
from uservault.kit.wiring import Inject
from uservault.limits.errors import TooManyTries
from uservault.passwords.hasher import TooManyPasswords
from uservault.sessions.tokens import AccessToken

router = APIRouter(prefix="/api", tags=["auth"], route_class=Route)

REFUSED = problems(LoginRefused, TooManyTries, TooManyPasswords)


@router.post("/login", responses=REFUSED)
async def login(data: Login, auth: Inject[AuthService]) -> AccessTokenRead:
    """Log in with a username or an e-mail address, and a password."""
    return _shown(await auth.login(data.username, data.password))


@router.post("/token", responses=REFUSED)
async def token(
    data: Annotated[PasswordGrant, Form()], auth: Inject[AuthService]
) -> AccessTokenRead:
    """The same as OAuth 2.0 has it (RFC 6749 §4.3): a form instead of JSON."""
    return _shown(await auth.login(data.username, data.password))


def _shown(token: AccessToken) -> AccessTokenRead:
    return AccessTokenRead(access_token=token.encoded, expires_in=token.lifetime)
