"""Every route and operation of the API, to ask each the same."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import RouteContext, iter_route_contexts
from httpx import AsyncClient, Response

from tests.support.databases import settings_for
from uservault.access.guard import Guard
from uservault.app import create_app
from uservault.kit.problems import MEDIA_TYPE, Problem, every_problem
from uservault.telemetry.middleware import SECURITY
from uservault.web import oauth

METHODS = ("get", "post", "put", "patch", "delete")
APP = create_app(settings_for("sqlite:///never-opened.db"))
DOCUMENT: dict[str, Any] = APP.openapi()


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in DOCUMENT["paths"].items():
        for method in METHODS:
            if method in item:
                yield method.upper(), path, item[method]


def named(operation: tuple[str, str, dict[str, Any]]) -> str:
    return str(operation[2]["operationId"])


OPERATIONS = sorted(operations(), key=named)
PATHS = sorted(DOCUMENT["paths"])
GETS = [each for each in OPERATIONS if each[0] == "GET" and each[1].startswith("/api/")]
WITH_BODY = [each for each in OPERATIONS if "requestBody" in each[2]]
every_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=named)


def doors(app: FastAPI) -> dict[str, RouteContext]:
    """Every route there really is, mounts and those that the document does not show too."""
    return {
        f"{method} {route.path_format or route.path}": route
        for route in iter_route_contexts(app.routes)
        for method in sorted((route.methods or {"MOUNT"}) - {"HEAD"})
    }


def is_guarded(route: RouteContext) -> bool:
    return _asks_a_guard(getattr(route, "dependant", None))


def _asks_a_guard(dependant: Dependant | None) -> bool:
    if dependant is None:
        return False
    return any(
        isinstance(each.call, Guard) or _asks_a_guard(each) for each in dependant.dependencies
    )


def described_doors() -> dict[str, RouteContext]:
    every = doors(APP)
    return {
        name.replace(":id}", "}"): route
        for name, route in every.items()
        if getattr(route, "include_in_schema", False)
    }


def example_of(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "1", path)


async def ask(client: AsyncClient, method: str, path: str, **options: Any) -> Response:
    return await client.request(method, example_of(path), **options)


def answered(kind: type[Problem], path: str) -> tuple[int, str]:
    """With which status and media type a path answers a problem: those of OAuth have their own."""
    if path in oauth.ENDPOINTS:
        return oauth.oauth_status(kind), oauth.MEDIA_TYPE
    return kind.status, MEDIA_TYPE


def assert_is_a_problem(response: Response, status: int) -> None:
    """`status` is that of the problem's class, which the OAuth endpoints answer in their way."""
    body = response.json()
    kind = every_problem()[body["code"]]
    expected, media_type = answered(kind, response.request.url.path)
    assert status in (kind.status, expected)
    assert response.status_code == body["status"] == expected
    assert response.headers["Content-Type"] == media_type
    assert body["request_id"] == response.headers["X-Request-ID"]
    for name, value in SECURITY.items():
        assert response.headers[name.decode()] == value.decode()
