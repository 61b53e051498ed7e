"""What the published document says of every operation, field and model."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.surface import (
    DOCUMENT,
    OPERATIONS,
    described_doors,
    every_operation,
    named,
)
from uservault.kit.problems import MEDIA_TYPE, every_problem
from uservault.web.oauth import ENDPOINTS
from uservault.web.oauth import MEDIA_TYPE as OAUTH_MEDIA_TYPE
from uservault.web.optional_security import needs_credential


def fields() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, schema in DOCUMENT["components"]["schemas"].items():
        for field, described in schema.get("properties", {}).items():
            yield f"{name}.{field}", described


class TestDocument:
    def test_operation_ids_are_the_names_of_functions_and_unique(self) -> None:
        ids = Counter(map(named, OPERATIONS))
        functions = {
            f"{name}": getattr(route.endpoint, "__name__", None)
            for name, route in described_doors().items()
        }

        assert set(ids.values()) == {1}
        assert functions == {f"{m} {path}": each["operationId"] for m, path, each in OPERATIONS}

    @every_operation
    def test_each_has_one_tag_that_is_described_and_a_description(
        self, operation: tuple[str, str, dict[str, Any]]
    ) -> None:
        described = operation[2]
        tags = {tag["name"] for tag in DOCUMENT["tags"] if tag["description"]}

        assert len(described["tags"]) == 1
        assert set(described["tags"]) <= tags
        assert described["description"]

    @pytest.mark.parametrize(
        ("name", "field"), list(fields()), ids=lambda each: each if isinstance(each, str) else ""
    )
    def test_each_field_is_described_or_shown(self, name: str, field: dict[str, Any]) -> None:
        said = {"description", "examples", "const", "$ref"} & set(field)

        assert said or "$ref" in str(field), name

    @every_operation
    def test_each_parameter_is_described(self, operation: tuple[str, str, dict[str, Any]]) -> None:
        shared = DOCUMENT["components"]["parameters"]
        named = [
            shared[each["$ref"].rpartition("/")[2]] if "$ref" in each else each
            for each in operation[2].get("parameters", [])
        ]

        assert all(each.get("description") for each in named)

    def test_every_model_has_a_name_of_its_own(self) -> None:
        names = DOCUMENT["components"]["schemas"]

        assert [name for name in names if not re.fullmatch(r"[A-Z][A-Za-z0-9]*", name)] == []
        assert [name for name in names if name.startswith("Body")] == []

    @every_operation
    def test_no_model_is_written_in_place(self, operation: tuple[str, str, dict[str, Any]]) -> None:
        in_place = [schema for schema in _schemas_of(operation[2]) if "properties" in schema]

        assert in_place == []

    @every_operation
    def test_names_the_problems_that_come_with_what_it_is(
        self, operation: tuple[str, str, dict[str, Any]]
    ) -> None:
        _, path, described = operation
        codes = set(_codes_of(described))

        if needs_credential(described):
            assert {"unauthorized", "forbidden"} <= codes
        if "requestBody" in described:
            assert codes >= {"invalid", "content-too-large", "unsupported-media-type"}
        if path.startswith("/api/"):
            assert "database-unavailable" in codes

    @every_operation
    def test_each_error_is_a_problem_of_ours(
        self, operation: tuple[str, str, dict[str, Any]]
    ) -> None:
        kind = OAUTH_MEDIA_TYPE if operation[1] in ENDPOINTS else MEDIA_TYPE
        for response in _errors_of(operation[2]):
            assert list(response["content"]) == [kind]
            assert response["content"][kind]["examples"]
        for code in _codes_of(operation[2]):
            assert code in every_problem()


def _schemas_of(operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
    for body in bodies:
        for media in body.get("content", {}).values():
            yield media["schema"]
            yield media["schema"].get("items", {})


def _codes_of(operation: dict[str, Any]) -> Iterator[str]:
    for response in _errors_of(operation):
        [media] = response["content"].values()
        yield from media["examples"]


def _errors_of(operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for status, response in operation["responses"].items():
        if int(status) >= 400:
            name = response["$ref"].rpartition("/")[2]
            yield DOCUMENT["components"]["responses"][name]
