"""For services made with FastAPI: who is calling, as a dependency of a route."""

from typing import Any

from fastapi import HTTPException, Request
from fastapi.security import HTTPBearer

from uservault.client.errors import TokenRefused, Unavailable
from uservault.client.principal import Principal
from uservault.client.verifier import Verifier

CHALLENGE = 'Bearer realm="uservault"'


class UserVault(Verifier):
    """A Verifier whose answers are a route's: 401, 403, 503, or the Principal."""

    def require(self, permission: str | None = None, *, role: str | None = None) -> "Required":
        """`Annotated[Principal, Depends(vault.require("orders:read"))]`, or `role="support"`.

        With both, both are needed; with none, a good token is enough. What counts is what the
        user held when the token was signed: a change is seen with the next token.
        """
        return Required(self, permission, role)


class Required(HTTPBearer):
    """The token in the `Authorization` header, and nowhere else (RFC 6750)."""

    def __init__(self, vault: Verifier, permission: str | None, role: str | None) -> None:
        super().__init__(bearerFormat="JWT", scheme_name="UserVault", auto_error=False)
        self.vault = vault
        self.permission = permission
        self.role = role

    async def __call__(self, request: Request) -> Principal:  # type: ignore[override]
        principal = await self._authenticated(request)
        missing = []
        if self.permission and self.permission not in principal.permissions:
            missing.append(self.permission)
        if self.role and self.role not in principal.roles:
            missing.append(f"role {self.role}")
        if missing:
            raise _problem(403, "forbidden", "You may not do this.", missing=missing)
        return principal

    async def _authenticated(self, request: Request) -> Principal:
        try:
            return await self.vault.verify(_bearer(request))
        except TokenRefused:
            title = "The access token is not valid, or no longer."
            challenge = f'{CHALLENGE}, error="invalid_token"'
            raise _problem(401, "invalid-token", title, challenge) from None
        except Unavailable:
            raise _unavailable() from None


def _bearer(request: Request) -> str:
    match request.headers.getlist("authorization"):
        case [header] if header[:7].lower() == "bearer ":
            return header[7:]
    raise _problem(401, "unauthorized", "A valid access token is needed.", CHALLENGE)


def _problem(
    status: int, code: str, title: str, challenge: str | None = None, **extra: Any
) -> HTTPException:
    """The members of RFC 9457, under FastAPI's `detail`; an exception handler may do more."""
    detail = {"type": f"/problems/{code}", "title": title, "status": status, "code": code} | extra
    headers = {"WWW-Authenticate": challenge} if challenge else None
    return HTTPException(status, detail, headers)


def _unavailable() -> HTTPException:
    error = _problem(503, "unavailable", "It cannot be said whether the token is good.")
    error.headers = {"Retry-After": "5"}
    return error
