import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI

from tests.support import databases
from uservault.app import create_app


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    app: FastAPI = create_app(databases.settings_for("sqlite:///unused.db"))
    assert app.openapi() is app.openapi()
    return app.openapi()


class TestDocument:
    def test_has_problems_and_not_the_frameworks_own_errors(self, document: dict[str, Any]) -> None:
        assert "HTTPValidationError" not in str(document)
        assert {"ProblemDetails", "FieldError"} <= set(document["components"]["schemas"])

    def test_names_the_problems_that_come_with_what_an_operation_is(
        self, document: dict[str, Any]
    ) -> None:
        paths = document["paths"]

        assert {"401", "403", "422", "503"} <= set(paths["/api/users"]["get"]["responses"])
        assert {"400", "408", "413", "415", "422"} <= set(paths["/api/login"]["post"]["responses"])
        assert set(paths["/healthz"]["get"]["responses"]) == {"200"}

    def test_speaks_of_each_error_as_a_problem(self, document: dict[str, Any]) -> None:
        for operations in document["paths"].values():
            for operation in operations.values():
                for status, response in operation["responses"].items():
                    assert (status >= "400") == ("$ref" in response)
        for name, response in document["components"]["responses"].items():
            kind = "application/json" if name.startswith("OAuth") else "application/problem+json"
            assert set(response["content"]) == {kind}

    def test_shows_the_errors_of_oauth_endpoints_as_they_are(
        self, document: dict[str, Any]
    ) -> None:
        described = document["paths"]["/api/token"]["post"]["responses"]
        name = described["400"]["$ref"].rpartition("/")[2]
        [media] = document["components"]["responses"][name]["content"].values()

        assert not {"401", "403", "422"} & set(described)
        assert media["examples"]["login-refused"]["value"] == {
            "type": "/problems/login-refused",
            "title": "The username or the password is wrong.",
            "status": 400,
            "code": "login-refused",
            "error": "invalid_grant",
            "error_description": "The username or the password is wrong.",
        }

    def test_describes_each_error_once_and_each_code_by_an_example(
        self, document: dict[str, Any]
    ) -> None:
        taken = document["components"]["responses"]["EmailTakenOrUsernameTaken"]
        example = document["components"]["examples"]["email-taken"]

        assert taken["description"] == "Conflict"
        assert example["value"]["title"] == "Another user has this e-mail address."
        assert list(taken["content"]["application/problem+json"]["examples"]) == [
            "email-taken",
            "username-taken",
        ]
        assert "x-problems" not in str(document)

    def test_describes_each_header_once(self, document: dict[str, Any]) -> None:
        shared = document["components"]["responses"]

        limited = {"RateLimit", "RateLimit-Policy", "Retry-After", "X-Request-ID"}
        assert set(shared["TooManyTries"]["headers"]) == limited
        assert set(shared["Unauthorized"]["headers"]) == {"WWW-Authenticate", "X-Request-ID"}
        assert set(_references(document)) == set(_components(document))

    def test_describes_a_parameter_once_and_never_as_null(self, document: dict[str, Any]) -> None:
        shared = document["components"]["parameters"]
        lists = [
            operation.get("parameters", [])
            for operations in document["paths"].values()
            for operation in operations.values()
        ]
        own = [each for some in lists for each in some if "$ref" not in each]

        for parameter in [*shared.values(), *own]:
            assert parameter["schema"].get("description") != parameter["description"]
            assert "null" not in str(parameter["schema"].get("anyOf"))

    def test_gives_the_limits_of_ids_in_bodies(self, document: dict[str, Any]) -> None:
        ids = document["components"]["schemas"]["SessionRevocation"]["properties"]["user_ids"]

        assert (ids["items"]["minimum"], ids["items"]["exclusiveMaximum"]) == (1, 10**18)

    def test_is_small(self, document: dict[str, Any]) -> None:
        assert len(json.dumps(document, separators=(",", ":"))) < 200 * 1024


def _components(document: dict[str, Any]) -> Iterator[str]:
    for kind in ("examples", "headers", "parameters", "responses", "schemas"):
        for name in document["components"][kind]:
            yield f"#/components/{kind}/{name}"


def _references(part: Any) -> Iterator[str]:
    """Whatever is referred to, wherever it is."""
    if isinstance(part, dict) and "$ref" in part:
        yield part["$ref"]
    elif isinstance(part, dict | list):
        for each in part.values() if isinstance(part, dict) else part:
            yield from _references(each)
