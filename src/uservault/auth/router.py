from typing import Annotated

from fastapi import Form

from uservault.access.guard import TOKEN_EXCHANGE, CurrentPrincipal
from uservault.access.origin import CurrentOrigin
from uservault.auth.errors import (
    AccountDeactivated,
    EmailUnverified,
    InvalidTarget,
    LoginRefused,
    PasswordChangeRequired,
    SubjectTokenRefused,
)
from uservault.auth.exchange import TokenExchange as ExchangeFlow
from uservault.auth.login import LoggedIn
from uservault.auth.login import Login as LoginFlow
from uservault.auth.password_choice import PasswordChoice
from uservault.auth.password_method import PasswordMethod
from uservault.auth.refresh import TokenRefresh
from uservault.auth.schemas import (
    ACCESS_TOKEN,
    ExchangedTokenRead,
    Login,
    LoginRead,
    Refresh,
    TokenExchange,
    TokenGrant,
    TokenRead,
)
from uservault.auth.token_pairs import TokenPair
from uservault.kit.problems import Forbidden, problems
from uservault.limits.errors import TooManyTries
from uservault.passwords.errors import PasswordRefused
from uservault.passwords.hasher import TooManyPasswords
from uservault.roles.reader import EffectiveRoles
from uservault.sessions.errors import RefreshRefused
from uservault.sessions.tokens import AccessToken
from uservault.web.routing import Router
from uservault.wiring.scope import Inject, Shared

router = Router(prefix="/api", tags=["auth"])

REFUSED = (
    LoginRefused,
    AccountDeactivated,
    EmailUnverified,
    PasswordChangeRequired,
    TooManyTries,
    TooManyPasswords,
)


@router.post("/login", responses=problems(*REFUSED, PasswordRefused))
async def login(
    data: Login,
    method: Inject[PasswordMethod],
    flow: Inject[LoginFlow],
    choice: Inject[PasswordChoice],
) -> LoginRead:
    """Log in with your username or e-mail address and your password. This opens a session."""
    proof = await method.prove(data.username, data.password, data.device_token)
    if data.new_password is not None:
        proof = await choice.choose(proof, data.password, data.new_password)
    return _logged_in(await flow.complete(proof))


@router.post("/refresh", responses=problems(RefreshRefused))
async def refresh(data: Refresh, tokens: Shared[TokenRefresh], origin: CurrentOrigin) -> TokenRead:
    """Get the next access token and the next refresh token of a session.

    The previous refresh token gets the same answer for two minutes, until the new one is used.
    Any other old token ends the session.
    """
    return _read(await tokens.refresh(data.refresh_token, origin))


@router.post("/me/tokens", responses=problems(InvalidTarget, SubjectTokenRefused))
async def exchange_token(
    data: TokenExchange, me: CurrentPrincipal, flow: Inject[ExchangeFlow]
) -> ExchangedTokenRead:
    """Get a short access token for another service. UserVault's own API refuses it.

    It ends with your session.
    """
    wanted = None if data.permissions is None else set(data.permissions)
    return _exchanged(*await flow.exchange(me, data.audience, wanted))


@router.post(
    "/token",
    responses=problems(*REFUSED, RefreshRefused, InvalidTarget, SubjectTokenRefused, Forbidden),
)
async def token(
    data: Annotated[TokenGrant, Form()],
    method: Inject[PasswordMethod],
    flow: Inject[LoginFlow],
    tokens: Shared[TokenRefresh],
    origin: CurrentOrigin,
    exchange: Inject[ExchangeFlow],
) -> LoginRead | TokenRead | ExchangedTokenRead:
    """Log in or refresh with a form-encoded OAuth 2.0 token request (RFC 6749 §4.3, §6).

    Or exchange an access token for a short one for another service (RFC 8693).
    """
    data.ensure_complete()
    if data.grant_type == TOKEN_EXCHANGE:
        return await _exchange(data, exchange)
    if data.grant_type == "refresh_token":
        return _read(await tokens.refresh(data.refresh_token, origin))
    proof = await method.prove(data.username, data.password, data.device_token)
    return _logged_in(await flow.complete(proof))


def _read(pair: TokenPair) -> TokenRead:
    return TokenRead(
        access_token=pair.access_token.encoded,
        expires_in=pair.access_token.lifetime,
        refresh_token=pair.refresh_token,
    )


def _logged_in(login: LoggedIn) -> LoginRead:
    tokens = _read(login.tokens)
    return LoginRead(**tokens.model_dump(), device_token=login.device_token)


async def _exchange(data: TokenGrant, flow: ExchangeFlow) -> ExchangedTokenRead:
    if data.subject_token_type != ACCESS_TOKEN:
        raise SubjectTokenRefused(f"The subject_token_type must be {ACCESS_TOKEN}.")
    me = await flow.subject_of(data.subject_token)
    return _exchanged(*await flow.exchange(me, data.audience, set(data.scope.split()) or None))


def _exchanged(token: AccessToken, held: EffectiveRoles) -> ExchangedTokenRead:
    return ExchangedTokenRead(
        access_token=token.encoded,
        expires_in=token.lifetime,
        scope=" ".join(sorted(held.permissions)),
    )
