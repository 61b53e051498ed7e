"""Promises of the whole API: whatever route is added, it must keep them."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import RouteContext, iter_route_contexts
from httpx import ASGITransport, AsyncClient, Response

from tests.support.databases import settings_for
from tests.support.people import Person
from uservault.access.guard import Guard
from uservault.app import create_app
from uservault.kit.problems import MEDIA_TYPE, every_problem
from uservault.telemetry.middleware import SECURITY

# What anybody may ask for. A route that stands here has no guard, every other has one.
PUBLIC = {
    "GET /.well-known/jwks.json",
    "GET /.well-known/oauth-authorization-server",
    "GET /docs",
    "GET /docs/redoc.js",
    "GET /",
    "GET /healthz",
    "GET /openapi.json",
    "GET /readyz",
    "GET /redoc",
    "MOUNT /docs/assets/{path}",
    "MOUNT /docs/pages/{path}",
    "POST /api/account/accept-invitation",
    "POST /api/account/forgot-password",
    "POST /api/account/resend-verification",
    "POST /api/account/reset-password",
    "POST /api/account/verify-email",
    "POST /api/login",
    "POST /api/refresh",
    "POST /api/token",
    "POST /api/users",
}
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


def fields() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, schema in DOCUMENT["components"]["schemas"].items():
        for field, described in schema.get("properties", {}).items():
            yield f"{name}.{field}", described


def example_of(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "1", path)


@pytest.fixture
async def outside(app: FastAPI, admin: Person) -> AsyncClient:
    return AsyncClient(transport=ASGITransport(app), base_url="http://test")


async def ask(client: AsyncClient, method: str, path: str, **options: Any) -> Response:
    return await client.request(method, example_of(path), **options)


def assert_is_a_problem(response: Response, status: int) -> None:
    assert response.status_code == status
    assert response.headers["Content-Type"] == MEDIA_TYPE
    body = response.json()
    assert body["status"] == status
    assert body["request_id"] == response.headers["X-Request-ID"]
    assert every_problem()[body["code"]].status == status
    for name, value in SECURITY.items():
        assert response.headers[name.decode()] == value.decode()


class TestDoors:
    @pytest.mark.promise("D1")
    def test_each_has_a_guard_or_is_public(self) -> None:
        unguarded = {name for name, route in doors(APP).items() if not is_guarded(route)}

        assert unguarded == PUBLIC

    @pytest.mark.promise("D1", "D6")
    @every_operation
    async def test_a_stranger_passes_none_with_a_guard(
        self, outside: AsyncClient, operation: tuple[str, str, dict[str, Any]]
    ) -> None:
        method, path, described = operation

        response = await ask(outside, method, path)

        refused = "security" in described or path == "/api/token"  # that one: no password
        assert (response.status_code == 401) == refused
        if "security" in described:
            assert_is_a_problem(response, 401)

    def test_the_document_says_which_have_one(self) -> None:
        shown = {f"{method} {path}": "security" in each for method, path, each in OPERATIONS}
        there = {name: is_guarded(route) for name, route in described_doors().items()}

        assert shown == there


def described_doors() -> dict[str, RouteContext]:
    every = doors(APP)
    return {
        name.replace(":id}", "}"): route
        for name, route in every.items()
        if getattr(route, "include_in_schema", False)
    }


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

        if "security" in described:
            assert {"unauthorized", "forbidden"} <= codes
        if "requestBody" in described:
            assert codes >= {"invalid", "content-too-large", "unsupported-media-type"}
        if path.startswith("/api/"):
            assert "database-unavailable" in codes

    @every_operation
    def test_each_error_is_a_problem_of_ours(
        self, operation: tuple[str, str, dict[str, Any]]
    ) -> None:
        for response in _errors_of(operation[2]):
            assert list(response["content"]) == [MEDIA_TYPE]
            assert response["content"][MEDIA_TYPE]["examples"]
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
        yield from response["content"][MEDIA_TYPE]["examples"]


def _errors_of(operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for status, response in operation["responses"].items():
        if int(status) >= 400:
            name = response["$ref"].rpartition("/")[2]
            yield DOCUMENT["components"]["responses"][name]


class TestAnswers:
    @pytest.mark.promise("F3")
    @pytest.mark.parametrize("path", ["/api", "/api/nothing", "/api/users/", "//api/users"])
    async def test_an_unknown_address_is_a_problem(self, outside: AsyncClient, path: str) -> None:
        for method in ("GET", "POST", "DELETE"):
            assert_is_a_problem(await ask(outside, method, path), 404)

    @pytest.mark.promise("F3", "F4")
    @pytest.mark.parametrize("path", PATHS)
    @pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "HEAD", "QUERY", "PROPFIND", "GETT"])
    async def test_an_unknown_method_is_told_which_are_known(
        self, outside: AsyncClient, path: str, method: str
    ) -> None:
        known = {each.upper() for each in DOCUMENT["paths"][path] if each in METHODS}

        response = await ask(outside, method, path)

        assert response.status_code == 405  # TRACE
        assert set(response.headers["Allow"].split(", ")) == known
        if method != "HEAD":
            assert_is_a_problem(response, 405)

    @pytest.mark.promise("D5")
    @pytest.mark.parametrize("operation", GETS, ids=named)
    async def test_an_unknown_query_parameter_is_refused(
        self, outside: AsyncClient, admin: Person, operation: tuple[str, str, dict[str, Any]]
    ) -> None:
        header = {"Authorization": f"Bearer {admin.token}"}

        response = await ask(
            outside, "GET", operation[1], headers=header, params={"sort~/by": "hash"}
        )

        assert_is_a_problem(response, 422)
        assert response.json()["errors"][0]["pointer"] == "/query/sort~0~1by"

    @pytest.mark.promise("E8")
    @pytest.mark.parametrize("operation", WITH_BODY, ids=named)
    async def test_a_body_too_large_is_a_problem(
        self, outside: AsyncClient, admin: Person, operation: tuple[str, str, dict[str, Any]]
    ) -> None:
        kind = next(iter(operation[2]["requestBody"]["content"]))
        headers = {"Authorization": f"Bearer {admin.token}", "Content-Type": kind}

        response = await ask(
            outside, operation[0], operation[1], headers=headers, content=b" " * 65537
        )

        assert_is_a_problem(response, 413)

    @pytest.mark.promise("E7")
    @pytest.mark.parametrize("operation", WITH_BODY, ids=named)
    @pytest.mark.parametrize("kind", ["text/plain", "application/xml", "application/msgpack"])
    async def test_another_media_type_is_a_problem(
        self,
        outside: AsyncClient,
        admin: Person,
        operation: tuple[str, str, dict[str, Any]],
        kind: str,
    ) -> None:
        headers = {"Authorization": f"Bearer {admin.token}", "Content-Type": kind}

        response = await ask(outside, operation[0], operation[1], headers=headers, content=b"{}")

        form = "application/json" not in operation[2]["requestBody"]["content"]
        # A form without a field that is known is an attempt without a password.
        assert_is_a_problem(response, 401 if form else 415)

    @pytest.mark.promise("F4")
    @every_operation
    async def test_no_other_site_may_read_it(
        self, outside: AsyncClient, operation: tuple[str, str, dict[str, Any]]
    ) -> None:
        foreign = {"Origin": "https://evil.example", "Access-Control-Request-Method": "GET"}
        for method in (operation[0], "OPTIONS"):
            response = await ask(outside, method, operation[1], headers=foreign)

            named = {name for name in response.headers if name.startswith("access-control-")}
            assert named == set()
            assert "evil" not in response.text
            assert "server" not in response.headers

    @pytest.mark.promise("F4")
    @pytest.mark.parametrize(
        "path",
        ["/.env", "/.git/config", "/app.db", "/logs/microservice.log", "/console", "/metrics",
         "/docs/assets/../router.py", "/docs/assets/%2e%2e/router.py", "/docs/pages/..%2frouter.py",
         "/docs/assets//etc/passwd", "/docs/assets/%00", "/docs/assets/", "/docs/pages/"],
    )  # fmt: skip
    async def test_nothing_is_served_that_is_not_meant_to_be(
        self, outside: AsyncClient, path: str
    ) -> None:
        assert (await outside.get(path)).status_code == 404

    @pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json", "/docs/pages/docs.js"])
    async def test_pages_too_say_what_a_browser_should_know(
        self, outside: AsyncClient, path: str
    ) -> None:
        response = await outside.get(path, headers={"Range": "bytes=5-2"})

        assert response.status_code == 200
        assert {name.decode() for name in SECURITY} <= set(response.headers)

    async def test_files_are_only_for_reading(self, outside: AsyncClient) -> None:
        response = await outside.post("/docs/pages/docs.js")

        assert_is_a_problem(response, 405)
        assert response.headers["Allow"] == "GET, HEAD"
