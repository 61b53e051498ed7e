from typing import Annotated

from fastapi import APIRouter, Form

from uservault.auth.errors import AccountDeactivated, EmailUnverified, LoginRefused
from uservault.auth.schemas import Login, Refresh, TokenGrant, TokenRead
from uservault.auth.service import AuthService, TokenPair
from uservault.kit.problems import problems
from uservault.limits.errors import TooManyTries
from uservault.passwords.hasher import TooManyPasswords
from uservault.sessions.errors import RefreshRefused
from uservault.web.route import Route
from uservault.wiring.scope import Inject

router = APIRouter(prefix="/api", tags=["auth"], route_class=Route)

REFUSED = (LoginRefused, AccountDeactivated, EmailUnverified, TooManyTries, TooManyPasswords)


@router.post("/login", responses=problems(*REFUSED))
async def login(data: Login, auth: Inject[AuthService]) -> TokenRead:
    """Log in with a username or an e-mail address, and a password. It opens a session."""
    return _shown(await auth.login(data.username, data.password))


@router.post("/refresh", responses=problems(RefreshRefused))
async def refresh(data: Refresh, auth: Inject[AuthService]) -> TokenRead:
    """The next access token and the next refresh token of a session.

    The refresh token before the last gets the same answer for some seconds; one that is used
    later than that was stolen, and ends the session.
    """
    return _shown(await auth.refresh(data.refresh_token))


@router.post("/token", responses=problems(*REFUSED, RefreshRefused))
async def token(data: Annotated[TokenGrant, Form()], auth: Inject[AuthService]) -> TokenRead:
    """Both as OAuth 2.0 has them (RFC 6749 §4.3, §6): a form instead of JSON."""
    if data.grant_type == "refresh_token":
        return _shown(await auth.refresh(data.refresh_token))
    return _shown(await auth.login(data.username, data.password))


def _shown(granted: TokenPair) -> TokenRead:
    return TokenRead(
        access_token=granted.access_token.encoded,
        expires_in=granted.access_token.lifetime,
        refresh_token=granted.refresh_token,
    )
