from typing import Annotated

from fastapi import APIRouter, Form

from uservault.auth.errors import AccountDeactivated, EmailUnverified, LoginRefused
from uservault.auth.login import Login as LoginFlow
from uservault.auth.password_method import PasswordMethod
from uservault.auth.refresh import TokenRefresh
from uservault.auth.schemas import (
    Login,
    Refresh,
    TokenGrant,
    TokenRead,
)
from uservault.auth.token_pairs import TokenPair
from uservault.kit.problems import problems
from uservault.limits.errors import TooManyTries
from uservault.passwords.hasher import TooManyPasswords
from uservault.sessions.errors import RefreshRefused
from uservault.web.route import Route
from uservault.wiring.scope import Inject

router = APIRouter(prefix="/api", tags=["auth"], route_class=Route)

REFUSED = (LoginRefused, AccountDeactivated, EmailUnverified, TooManyTries, TooManyPasswords)


@router.post("/login", responses=problems(*REFUSED))
async def login(data: Login, method: Inject[PasswordMethod], flow: Inject[LoginFlow]) -> TokenRead:
    """Log in with your username or e-mail address and your password. This opens a session."""
    proof = await method.prove(data.username, data.password)
    return _read(await flow.complete(proof))


@router.post("/refresh", responses=problems(RefreshRefused))
async def refresh(data: Refresh, tokens: Inject[TokenRefresh]) -> TokenRead:
    """Get the next access token and the next refresh token of a session.

    The refresh token before the last gets the same answer for some seconds. An older one ends the
    session, since it must have been stolen.
    """
    return _read(await tokens.refresh(data.refresh_token))


@router.post("/token", responses=problems(*REFUSED, RefreshRefused))
async def token(
    data: Annotated[TokenGrant, Form()],
    method: Inject[PasswordMethod],
    flow: Inject[LoginFlow],
    tokens: Inject[TokenRefresh],
) -> TokenRead:
    """Log in or refresh with a form-encoded OAuth 2.0 token request (RFC 6749 §4.3, §6)."""
    if data.grant_type == "refresh_token":
        return _read(await tokens.refresh(data.refresh_token))
    proof = await method.prove(data.username, data.password)
    return _read(await flow.complete(proof))


def _read(pair: TokenPair) -> TokenRead:
    return TokenRead(
        access_token=pair.access_token.encoded,
        expires_in=pair.access_token.lifetime,
        refresh_token=pair.refresh_token,
    )
