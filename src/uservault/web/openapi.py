"""The published description, corrected to say what the API does."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from uservault.db.errors import DatabaseUnavailable
from uservault.kit.problems import (
    BadRequest,
    ContentTooLarge,
    Forbidden,
    Invalid,
    Problem,
    ProblemDetails,
    RequestTimeout,
    Unauthorized,
    UnsupportedMediaType,
    add_problem,
)

METHODS = ("get", "put", "post", "delete", "patch")
NEEDLESS = ("HTTPValidationError", "ValidationError")


def describe(app: FastAPI, summary: str) -> None:
    """Makes `app.openapi()` answer the corrected document."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _corrected(
                get_openapi(
                    title=app.title,
                    version=app.version,
                    description=summary,
                    routes=app.routes,
                    tags=app.openapi_tags,
                )
            )
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _corrected(document: dict[str, Any]) -> dict[str, Any]:
    schemas = document["components"]["schemas"]
    for name in NEEDLESS:
        schemas.pop(name, None)
    for name, schema in _problem_schemas():
        schemas[name] = schema
    for path, operations in document["paths"].items():
        for method in METHODS:
            if method in operations:
                _correct(path, method, operations[method])
    return document


def _problem_schemas() -> Iterator[tuple[str, Any]]:
    schema = ProblemDetails.model_json_schema(ref_template="#/components/schemas/{model}")
    yield from schema.pop("$defs").items()
    yield ProblemDetails.__name__, schema


def _correct(path: str, method: str, operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    if "HTTPValidationError" in str(responses.get("422")):
        del responses["422"]  # FastAPI's own, which never leaves
    for kind in _common_problems(path, method, operation):
        add_problem(responses, kind, str(kind.status))
    operation["responses"] = dict(sorted(responses.items()))


def _common_problems(path: str, method: str, operation: dict[str, Any]) -> Iterator[type[Problem]]:
    """Those that no route names, because they come with what it is."""
    if "security" in operation:
        yield from (Unauthorized, Forbidden)
    if "requestBody" in operation:
        yield from (BadRequest, RequestTimeout, ContentTooLarge, UnsupportedMediaType)
    in_api = path.startswith("/api/")
    if "requestBody" in operation or "parameters" in operation or (in_api and method == "get"):
        yield Invalid
    if in_api:
        yield DatabaseUnavailable
