"""Renders every problem, the framework's own too, in the one media type."""

from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
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
from uservault.web.route import Malformed

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
BY_STATUS = {
    kind.status: kind for kind in (BadRequest, NotFound, MethodNotAllowed, RequestTimeout)
} | {ContentTooLarge.status: ContentTooLarge}


def answer(
    problem: Problem, scope: Scope, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """The response that says `problem`; the log of requests finds its code in the scope."""
    scope["problem"] = problem.code()
    body = problem.body(_request_id(scope))
    return JSONResponse(body, problem.status, problem.headers() | dict(headers or {}), MEDIA_TYPE)


def _request_id(scope: Scope) -> str | None:
    return getattr(scope.get("origin"), "request_id", None)


def add_problem_handlers(app: FastAPI) -> None:
    @app.exception_handler(Problem)
    async def say(request: Request, problem: Problem) -> JSONResponse:
        return answer(problem, request.scope)

    @app.exception_handler(RequestValidationError)
    async def say_invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        malformed: Malformed | None = request.scope.get("malformed")
        problem = _what_is_malformed(malformed) if malformed else _what_is_invalid(error)
        return answer(problem, request.scope)

    @app.exception_handler(HTTPException)
    async def say_http(request: Request, error: HTTPException) -> JSONResponse:
        kind = BY_STATUS.get(error.status_code) or _nameless(error.status_code)
        headers = dict(error.headers or {})
        if kind is MethodNotAllowed and (allowed := _allowed(request)):
            headers["Allow"] = ", ".join(allowed)
        return answer(kind(), request.scope, headers)


def _allowed(request: Request) -> list[str]:
    """All methods of the address; a route by itself knows its own only (RFC 9110 §10.2.1)."""
    routes = [route for route in request.app.routes if not isinstance(route, Mount)]
    return [
        method
        for method in METHODS
        if any(
            route.matches({**request.scope, "method": method})[0] is Match.FULL for route in routes
        )
    ]


def _what_is_malformed(body: Malformed) -> Problem:
    if body.unreadable:
        return UnsupportedMediaType(body.reason)
    return Invalid(errors=[{"pointer": "/body", "detail": body.reason}])


def _what_is_invalid(error: RequestValidationError) -> Problem:
    if isinstance(error.body, bytes):
        return UnsupportedMediaType("Send JSON, and say so: Content-Type: application/json.")
    return Invalid(errors=[_fault(fault) for fault in error.errors()])


def _fault(fault: dict[str, Any]) -> dict[str, str]:
    # Never the submitted value: it may be a password, or no valid Unicode.
    detail = str(fault["msg"]).removeprefix("Value error, ")
    return {"pointer": pointer(*fault["loc"]), "detail": detail}


@cache
def _nameless(status: int) -> type[Problem]:
    """For a status that the framework answers and we have no class for."""
    phrase = HTTPStatus(status).phrase
    name = "".join(word.capitalize() for word in phrase.split())
    return type(name, (Problem,), {"status": status, "title": f"{phrase}."})
