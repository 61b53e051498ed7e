"""FastAPI dependencies that authenticate requests with UserVault's access tokens."""

from typing import Any

from fastapi import HTTPException, Request
from fastapi.security import HTTPBearer

from uservault.client.errors import TokenRefused, Unavailable
from uservault.client.principal import Principal
from uservault.client.verifier import Verifier

CHALLENGE = 'Bearer realm="uservault"'


class UserVault(Verifier):
    """A Verifier for routes: gives the Principal, or answers 401, 403 or 503."""

    def require(self, permission: str | None = None, *, role: str | None = None) -> "Required":
        """Use it as `Annotated[Principal, Depends(vault.require(role="support"))]`.

        `permission` is one that your application registered, such as `orders:read`, or one of
        UserVault's own. With both, the user must have both; with neither, a valid token is enough.
        The token holds the roles and permissions from when it was signed: a change takes effect
        with the next token.
        """
        return Required(self, permission, role)


class Required(HTTPBearer):
    """Reads the token from the `Authorization` header only (RFC 6750)."""

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
            title = "The access token is invalid or has expired."
            challenge = f'{CHALLENGE}, error="invalid_token"'
            raise _problem(401, "invalid-token", title, challenge) from None
        except Unavailable:
            raise _unavailable() from None


def _bearer(request: Request) -> str:
    match request.headers.getlist("authorization"):
        case [header] if header[:7].lower() == "bearer ":
            return header[7:].lstrip(" ")  # one space or more (RFC 9110 §11.4)
    raise _problem(401, "unauthorized", "A valid access token is required.", CHALLENGE)


def _problem(
    status: int, code: str, title: str, challenge: str | None = None, **extra: Any
) -> HTTPException:
    """The members of RFC 9457, in FastAPI's `detail`."""
    detail = {"type": f"/problems/{code}", "title": title, "status": status, "code": code} | extra
    headers = {"WWW-Authenticate": challenge} if challenge else None
    return HTTPException(status, detail, headers)


def _unavailable() -> HTTPException:
    error = _problem(503, "unavailable", "The access token cannot be checked at the moment.")
    error.headers = {"Retry-After": "5"}
    return error
