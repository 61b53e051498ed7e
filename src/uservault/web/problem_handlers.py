"""Answers every problem, and every error of the framework, as problem details."""

from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import Match, Mount
from starlette.types import Scope

from uservault.kit.problems import (
    MEDIA_TYPE,
    BadRequest,
    ContentTooLarge,
    Invalid,
    MethodNotAllowed,
    NotFound,
    Problem,
    RequestTimeout,
    UnsupportedMediaType,
    pointer,
)
from uservault.web.oauth import MEDIA_TYPE as OAUTH_MEDIA_TYPE
from uservault.web.oauth import oauth_headers, oauth_members, oauth_status, speaks_oauth
from uservault.web.route import Malformed

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
BY_STATUS = {
    kind.status: kind for kind in (BadRequest, NotFound, MethodNotAllowed, RequestTimeout)
} | {ContentTooLarge.status: ContentTooLarge}


def answer(
    problem: Problem, scope: Scope, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """The response for `problem`. Leaves its code in the scope for the request log."""
    scope["problem"] = problem.code()
    body, more = problem.body(_request_id(scope)), dict(headers or {})
    if speaks_oauth(scope):
        body |= oauth_members(problem)
        status, own = oauth_status(problem), oauth_headers(problem)
        return JSONResponse(body, status, own | more, OAUTH_MEDIA_TYPE)
    return JSONResponse(body, problem.status, problem.headers() | more, MEDIA_TYPE)


def _request_id(scope: Scope) -> str | None:
    return getattr(scope.get("origin"), "request_id", None)


def add_problem_handlers(app: FastAPI) -> None:
    @app.exception_handler(Problem)
    async def answer_problem(request: Request, problem: Problem) -> JSONResponse:
        return answer(problem, request.scope)

    @app.exception_handler(RequestValidationError)
    async def answer_invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        malformed: Malformed | None = request.scope.get("malformed")
        problem = _malformed_problem(malformed) if malformed else _invalid_problem(error)
        return answer(problem, request.scope)

    @app.exception_handler(HTTPException)
    async def answer_http(request: Request, error: HTTPException) -> Response:
        kind = BY_STATUS.get(error.status_code) or _generic(error.status_code)
        headers = dict(error.headers or {})
        if kind is MethodNotAllowed and (allowed := _allowed(request)):
            headers["Allow"] = ", ".join(allowed)
        if request.method == "OPTIONS" and "Allow" in headers:  # HAProxy's default probe
            return Response(status_code=204, headers={"Allow": headers["Allow"]})
        return answer(kind(), request.scope, headers)


def _allowed(request: Request) -> list[str]:
    """All methods of the path (RFC 9110 §10.2.1). A single route knows only its own."""
    routes = [route for route in request.app.routes if not isinstance(route, Mount)]
    found = [
        method
        for method in METHODS
        if any(
            route.matches({**request.scope, "method": method})[0] is Match.FULL for route in routes
        )
    ]
    return ["GET", "HEAD", *found[1:]] if "GET" in found else found


def _malformed_problem(body: Malformed) -> Problem:
    if body.unreadable:
        return UnsupportedMediaType(body.reason)
    return Invalid(errors=[{"pointer": "/body", "detail": body.reason}])


def _invalid_problem(error: RequestValidationError) -> Problem:
    if isinstance(error.body, bytes):
        return UnsupportedMediaType("Send JSON with Content-Type: application/json.")
    return Invalid(errors=[_field_error(each) for each in error.errors()])


def _field_error(error: dict[str, Any]) -> dict[str, str]:
    # Never the submitted value: it may be a password or invalid Unicode.
    detail = str(error["msg"]).removeprefix("Value error, ")
    return {"pointer": pointer(*error["loc"]), "detail": detail}


@cache
def _generic(status: int) -> type[Problem]:
    """A class for a status that the framework answers and that we have no class for."""
    phrase = HTTPStatus(status).phrase
    name = "".join(word.capitalize() for word in phrase.split())
    return type(name, (Problem,), {"status": status, "title": f"{phrase}."})
