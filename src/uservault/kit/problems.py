"""Problems: errors that the API answers as problem details (RFC 9457)."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

MEDIA_TYPE = "application/problem+json"


class Problem(Exception):
    """A subclass sets `status` and `title`. Raise it to answer it."""

    status: ClassVar[int] = 500
    title: ClassVar[str] = "Something went wrong on our side."
    oauth_error: ClassVar[str] = "invalid_request"  # at OAuth endpoints (RFC 6749 §5.2)
    keep_writes: bool = False  # True: commit what was written before the raise

    def __init__(self, detail: str | None = None, **extra: Any) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.extra = extra

    @classmethod
    def code(cls) -> str:
        """The stable name that clients match on: `email-taken` for `EmailTaken`."""
        return re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__).lower()

    def headers(self) -> dict[str, str]:
        return {}

    @classmethod
    def described(cls) -> dict[str, Any]:
        """The members that are the same for every instance."""
        code = cls.code()
        return {
            "type": f"/problems/{code}",
            "title": cls.title,
            "status": cls.status,
            "code": code,
        }

    def body(self, request_id: str | None) -> dict[str, Any]:
        members = self.described() | {"detail": self.detail, "request_id": request_id} | self.extra
        return {name: value for name, value in members.items() if value is not None}


class BadRequest(Problem):
    status = 400
    title = "The request is malformed."


class Unauthorized(Problem):
    status = 401
    title = "A valid access token is required."

    def headers(self) -> dict[str, str]:
        return {"WWW-Authenticate": 'Bearer realm="uservault"'}  # RFC 6750 §3


class Forbidden(Problem):
    status = 403
    title = "You may not do this."
    oauth_error = "invalid_scope"  # of a token exchange


class NotFound(Problem):
    status = 404
    title = "There is nothing here."


class MethodNotAllowed(Problem):
    status = 405
    title = "This path does not allow the method."


class RequestTimeout(Problem):
    status = 408
    title = "The request took too long to arrive."


class Conflict(Problem):
    status = 409
    title = "The current state does not allow this."


class PreconditionFailed(Problem):
    status = 412
    title = "The resource has changed since you read it."


class ContentTooLarge(Problem):
    status = 413
    title = "The request is too large."


class UnsupportedMediaType(Problem):
    status = 415
    title = "The body's media type is not supported."


class Invalid(Problem):
    status = 422
    title = "The request does not match its schema."


class RequestHeaderFieldsTooLarge(Problem):
    status = 431
    title = "The request's headers are too large."


class TooManyRequests(Problem):
    """`wait`: seconds until the client may try again."""

    status = 429
    title = "Too many requests."
    oauth_error = "temporarily_unavailable"

    def __init__(self, wait: float) -> None:
        super().__init__()
        self.wait = max(1, int(wait + 0.999))

    def headers(self) -> dict[str, str]:
        return {"Retry-After": str(self.wait)}


class Unavailable(Problem):
    status = 503
    title = "The service is too busy at the moment."
    oauth_error = "temporarily_unavailable"

    def headers(self) -> dict[str, str]:
        return {"Retry-After": "1"}


def pointer(*steps: object) -> str:
    """A JSON Pointer (RFC 6901 §3) into a request. Steps are cut to 100 characters."""
    return "".join(f"/{_escaped(str(step))}" for step in steps)


def _escaped(step: str) -> str:
    clean = step[:100].encode("utf-8", "replace").decode()
    return clean.replace("~", "~0").replace("/", "~1")


def problems(*kinds: type[Problem]) -> dict[int | str, dict[str, Any]]:
    """For a route's `responses=`: the problems that generated clients should expect."""
    responses: dict[int | str, dict[str, Any]] = {}
    for kind in kinds:
        responses.setdefault(kind.status, {CODES: []})[CODES].append(kind.code())
    return responses


CODES = "x-problems"  # `web.openapi` replaces this member by a response


def every_problem() -> Mapping[str, type[Problem]]:
    """All problems by code. The problems of a feature are known once it is imported."""
    return {kind.code(): kind for kind in sorted(set(_below(Problem)), key=_by_status)}


def _below(kind: type[Problem]) -> Iterator[type[Problem]]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)


def _by_status(kind: type[Problem]) -> tuple[int, str]:
    return kind.status, kind.code()
