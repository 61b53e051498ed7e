"""FastAPI's OpenAPI document, corrected to describe what the API does."""

from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from uservault.db.errors import DatabaseUnavailable
from uservault.kit.problem_details import ProblemDetails
from uservault.kit.problems import (
    CODES,
    BadRequest,
    ContentTooLarge,
    Forbidden,
    Invalid,
    Problem,
    RequestTimeout,
    Unauthorized,
    UnsupportedMediaType,
    every_problem,
)
from uservault.limits.errors import TooManyTries
from uservault.web.headers import HEADERS
from uservault.web.oauth import ENDPOINTS, oauth_status
from uservault.web.optional_security import declare_optional, needs_credential
from uservault.web.parameters import share_parameters
from uservault.web.responses import SharedResponses

METHODS = ("get", "put", "post", "delete", "patch")
SCHEMA_WORDS = {"type", "anyOf", "$ref", "properties", "const"}
NEEDLESS = ("HTTPValidationError", "ValidationError")


def describe(app: FastAPI, summary: str) -> None:
    """Make `app.openapi()` return the corrected document."""

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
    components, shared = document["components"], SharedResponses()
    for name in NEEDLESS:
        components["schemas"].pop(name, None)
    components["schemas"].update(_problem_schemas())
    declare_optional(document)
    for path, operations in document["paths"].items():
        for method in METHODS:
            if method in operations:
                _correct(path, method, operations[method], shared)
    components["responses"] = dict(sorted(shared.components.items()))
    components["examples"] = dict(sorted(shared.examples.items()))
    components["headers"] = dict(HEADERS)
    components["parameters"] = share_parameters(document)
    _drop_titles(document)
    return document


def _drop_titles(node: Any) -> None:
    """Pydantic repeats each name as a title. Generators need it for nothing but an inline enum."""
    if isinstance(node, list):
        for each in node:
            _drop_titles(each)
    elif isinstance(node, dict):
        title = node.get("title")
        if isinstance(title, str) and SCHEMA_WORDS & node.keys() and "enum" not in str(node):
            del node["title"]
        for name, each in node.items():
            if name != "examples":  # whose problems have a title of their own
                _drop_titles(each)


def _problem_schemas() -> Iterator[tuple[str, Any]]:
    schema = ProblemDetails.model_json_schema(ref_template="#/components/schemas/{model}")
    yield from schema.pop("$defs").items()
    yield ProblemDetails.__name__, schema


def _correct(path: str, method: str, operation: dict[str, Any], shared: SharedResponses) -> None:
    responses = operation["responses"]
    if "HTTPValidationError" in str(responses.get("422")):
        del responses["422"]  # FastAPI's own error format, which we never send
    kinds = [*_named_problems(responses), *_common_problems(path, method, operation)]
    described = {kind.status for kind in kinds}
    kinds += [kind for kind in _parameter_problems(operation) if kind.status not in described]
    if path in ENDPOINTS:
        _describe_oauth(responses, kinds, shared)
    else:
        for status in {kind.status for kind in kinds}:
            responses[str(status)] = shared.refer(kind for kind in kinds if kind.status == status)
    for status, response in responses.items():
        if response.get("description") == "Successful Response":
            response["description"] = HTTPStatus(int(status)).phrase
    operation["responses"] = dict(sorted(responses.items()))


def _describe_oauth(
    responses: dict[str, Any], kinds: Sequence[type[Problem]], shared: SharedResponses
) -> None:
    for status in {kind.status for kind in kinds}:
        responses.pop(str(status), None)
    for status in {oauth_status(kind) for kind in kinds}:
        these = (kind for kind in kinds if oauth_status(kind) == status)
        responses[str(status)] = shared.refer_oauth(these)


def _named_problems(responses: dict[str, Any]) -> Iterator[type[Problem]]:
    known = every_problem()
    for response in responses.values():
        yield from (known[code] for code in response.get(CODES, ()))


def _parameter_problems(operation: dict[str, Any]) -> Iterator[type[Problem]]:
    """The problems that come with a parameter, whose description tells of them.

    They need a response only where there is no other of their status.
    """
    known = every_problem()
    for parameter in operation.get("parameters", ()):
        yield from (known[code] for code in parameter["schema"].pop(CODES, ()))


def _common_problems(path: str, method: str, operation: dict[str, Any]) -> Iterator[type[Problem]]:
    """The problems that routes need not list, because they follow from the operation's kind."""
    if needs_credential(operation):
        yield from (Unauthorized, Forbidden)
        if method != "get":
            yield TooManyTries
    if "requestBody" in operation:
        yield from (BadRequest, RequestTimeout, ContentTooLarge, UnsupportedMediaType)
    in_api = path.startswith("/api/")
    if "requestBody" in operation or "parameters" in operation or (in_api and method == "get"):
        yield Invalid
    if in_api:
        yield DatabaseUnavailable
