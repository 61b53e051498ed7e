"""Admits requests. Each kind of credential belongs to the feature that issues it."""

from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from typing import Annotated, Any, Protocol

from fastapi import Depends, Request
from fastapi.security import OAuth2PasswordBearer

from uservault.access.fresh import FreshProof
from uservault.access.principal import Permission, Principal
from uservault.access.writes import SAFE, WriteThrottle
from uservault.kit.problems import Forbidden, Unauthorized
from uservault.web.headers import ANSWER_HEADERS, sent
from uservault.web.optional_security import OPTIONAL
from uservault.wiring.scope import Given, resources_of

TOKEN_URL = "/api/token"  # noqa: S105 - an address
TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"  # noqa: S105 - a name


class Authenticator(Protocol):
    """Reads one kind of credential; None if the token is not a valid one of its kind."""

    async def __call__(self, token: str) -> Principal | None: ...


class Bearer(OAuth2PasswordBearer):
    """How the document names the credential."""

    def __init__(self, scheme_name: str) -> None:
        super().__init__(
            tokenUrl=TOKEN_URL,
            scheme_name=scheme_name,
            description="An access token from `login` or `token` (RFC 6750), in the header only.",
        )


class Guard(Bearer):
    """Authenticates and admits in one dependency, because each level costs time."""

    def __init__(
        self, needed: Iterable[Permission] = (), *, or_self: bool = False, fresh: bool = False
    ) -> None:
        super().__init__(Bearer.__name__)
        self.needed = frozenset(needed)
        self.or_self = or_self
        self.fresh = fresh

    async def __call__(self, request: Request) -> Principal:  # type: ignore[override]
        principal = await authenticated(request)
        missing = self.needed - principal.permissions
        if missing and not (self.or_self and _is_self(request, principal)):
            raise Forbidden(missing=sorted(missing))
        if self.fresh:
            resources_of(request).shared(FreshProof).require(principal)
        return principal


class OptionalGuard(Bearer):
    """Declares a credential that may be sent, but need not be. `admit` reads it."""

    def __init__(self, admit: Callable[[Request], Awaitable[Principal | None]]) -> None:
        super().__init__(OPTIONAL + Bearer.__name__)
        self.admit = admit

    async def __call__(self, request: Request) -> Principal | None:  # type: ignore[override]
        return await self.admit(request)


async def authenticated(request: Request) -> Principal:
    """The caller, who is looked up, and whose write is counted, once a request.

    Raises Unauthorized or TooManyTries.
    """
    known: Principal | None = request.scope.get("principal")
    if known:
        return known
    principal = request.scope["principal"] = await _authenticate(request)
    if request.method not in SAFE:
        writes = resources_of(request).shared(WriteThrottle)
        request.scope.setdefault(ANSWER_HEADERS, {}).update(await writes.admit(principal))
    return principal


async def recognised(request: Request) -> Principal | None:
    """The caller on a public route. A bad credential counts as none. No write is counted."""
    with suppress(Unauthorized):
        return await _authenticate(request)
    return None


async def _authenticate(request: Request) -> Principal:
    match sent(request.scope, b"authorization"):
        case [header] if header[:7].lower() == "bearer ":
            authenticators: Iterable[Authenticator] = request.app.state.authenticators
            token = header[7:].lstrip(" ")  # one space or more (RFC 9110 §11.4)
            for authenticate in authenticators:
                if principal := await authenticate(token):
                    return principal
            raise InvalidToken
    raise Unauthorized


class InvalidToken(Unauthorized):
    title = "The access token is invalid or has expired."

    def headers(self) -> dict[str, str]:
        return {"WWW-Authenticate": 'Bearer realm="uservault", error="invalid_token"'}


def _is_self(request: Request, principal: Principal) -> bool:
    return bool(request.path_params.get("id") == principal.user_id)


def requires(*needed: Permission, fresh: bool = False) -> Any:
    """Admits callers who hold all of `needed`; `fresh`: with a recent proof (I1)."""
    return Depends(Guard(needed, fresh=fresh))


def requires_self_or(*needed: Permission, fresh: bool = False) -> Any:
    """Admits the user of the path's `{id}`, and callers who hold all of `needed`."""
    return Depends(Guard(needed, or_self=True, fresh=fresh))


async def _caller(request: Request) -> Principal | None:
    if not sent(request.scope, b"authorization"):
        return None
    principal: Principal = await Guard()(request)
    return principal


Caller = Annotated[
    Principal | None, Depends(OptionalGuard(_caller))
]  # None without a credential; on public routes
CurrentPrincipal = Annotated[Principal, requires()]
FreshPrincipal = Annotated[Principal, requires(fresh=True)]
MaybePrincipal = Annotated[
    Principal | None, Given(take=lambda scope: scope.facts.get("principal"))
]  # None where no guard runs
