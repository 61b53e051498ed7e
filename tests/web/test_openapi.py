from typing import Any

import pytest
from fastapi import FastAPI

from tests import databases
from uservault.app import create_app


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    app: FastAPI = create_app(databases.settings_for("sqlite:///unused.db"))
    assert app.openapi() is app.openapi()
    return app.openapi()


class TestDocument:
    def test_has_problems_and_not_the_frameworks_own_errors(self, document: dict[str, Any]) -> None:
        assert "HTTPValidationError" not in str(document)
        assert {"ProblemDetails", "Fault"} <= set(document["components"]["schemas"])

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
                    media = set(response.get("content", {}))
                    assert status < "400" or media == {"application/problem+json"}
