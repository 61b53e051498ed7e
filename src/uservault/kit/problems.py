"""Problems: what a caller can do wrong, answered as problem details (RFC 9457)."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from pydantic import BaseModel, Field

MEDIA_TYPE = "application/problem+json"


class Problem(Exception):
    """A subclass gives the `status` and the `title`; raising it is saying it."""

    status: ClassVar[int] = 500
    title: ClassVar[str] = "Something went wrong on our side."
    keep_writes: ClassVar[bool] = False  # True: what was written before it was raised is committed

    def __init__(self, detail: str | None = None, **extra: Any) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.extra = extra

    @classmethod
    def code(cls) -> str:
        """The stable name that clients match on: `EmailTaken` is `email-taken`."""
        return re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__).lower()

    def headers(self) -> dict[str, str]:
        return {}

    @classmethod
    def described(cls) -> dict[str, Any]:
        """What every instance says."""
        code = cls.code()
        return {
            "type": f"/problems/{code}",
            "title": cls.title,
            "status": cls.status,
            "code": code,
        }

    def body(self, request_id: str | None) -> dict[str, Any]:
        said = self.described() | {"detail": self.detail, "request_id": request_id} | self.extra
        return {name: value for name, value in said.items() if value is not None}


class BadRequest(Problem):
    status = 400
    title = "The request is malformed."


class Unauthorized(Problem):
    status = 401
    title = "A valid access token is needed."

    def headers(self) -> dict[str, str]:
        return {"WWW-Authenticate": 'Bearer realm="uservault"'}  # RFC 6750 §3


class Forbidden(Problem):
    status = 403
    title = "You may not do this."


class NotFound(Problem):
    status = 404
    title = "There is nothing here."


class MethodNotAllowed(Problem):
    status = 405
    title = "This method is not for this address."


class RequestTimeout(Problem):
    status = 408
    title = "The request took too long to arrive."


class Conflict(Problem):
    status = 409
    title = "This cannot be done in the present state."


class PreconditionFailed(Problem):
    status = 412
    title = "It has changed since you read it."


class ContentTooLarge(Problem):
    status = 413
    title = "The request is too large."


class UnsupportedMediaType(Problem):
    status = 415
    title = "The body is not in a media type that is understood here."


class Invalid(Problem):
    status = 422
    title = "The request does not fit its schema."


class RequestHeaderFieldsTooLarge(Problem):
    status = 431
    title = "The request's headers are too large."


class TooManyRequests(Problem):
    """`wait` is the number of seconds until another try makes sense."""

    status = 429
    title = "Too many requests."

    def __init__(self, wait: float) -> None:
        super().__init__()
        self.wait = max(1, int(wait + 0.999))

    def headers(self) -> dict[str, str]:
        return {"Retry-After": str(self.wait)}


class Unavailable(Problem):
    status = 503
    title = "Too busy at the moment."

    def headers(self) -> dict[str, str]:
        return {"Retry-After": "1"}


class FieldError(BaseModel):
    """One thing that is wrong with a request."""

    pointer: str = Field(
        description="Where: a JSON Pointer (RFC 6901) that begins with the part of the request.",
        examples=["/body/email"],
    )
    detail: str = Field(
        description="What, without repeating the value.",
        examples=["String should have at least 6 characters"],
    )


class ProblemDetails(BaseModel):
    """What went wrong (RFC 9457). Match on `code`: it is stable."""

    type: str = Field(description="Identifies the problem.", examples=["/problems/email-taken"])
    title: str = Field(description="For people; the same for every occurrence.")
    status: int = Field(description="The HTTP status, again.", examples=[409])
    code: str = Field(description="The last step of `type`.", examples=["email-taken"])
    detail: str | None = Field(None, description="What is particular to this occurrence.")
    request_id: str | None = Field(None, description="Name it when you ask for help.")
    errors: list[FieldError] | None = Field(None, description="What does not fit, for a 422.")
    missing: list[str] | None = Field(None, description="The permissions you lack, for a 403.")
    until: str | None = Field(None, description="When it ends by itself, if it does (RFC 3339).")


def pointer(*steps: object) -> str:
    """A JSON Pointer (RFC 6901 §3) into a request, of bounded length and always encodable."""
    return "".join(f"/{_escaped(str(step))}" for step in steps)


def _escaped(step: str) -> str:
    clean = step[:100].encode("utf-8", "replace").decode()
    return clean.replace("~", "~0").replace("/", "~1")


def problems(*kinds: type[Problem]) -> dict[int | str, dict[str, Any]]:
    """A route's `responses=`: the problems that a generated client should expect."""
    responses: dict[int | str, dict[str, Any]] = {}
    for kind in kinds:
        responses.setdefault(kind.status, {CODES: []})[CODES].append(kind.code())
    return responses


CODES = "x-problems"  # until `web.openapi` makes a response of them


def every_problem() -> Mapping[str, type[Problem]]:
    """All the problems there are, by code. A feature's are known once it is imported."""
    return {kind.code(): kind for kind in sorted(set(_below(Problem)), key=_by_status)}


def _below(kind: type[Problem]) -> Iterator[type[Problem]]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)


def _by_status(kind: type[Problem]) -> tuple[int, str]:
    return kind.status, kind.code()
