"""What every address answers to what it does not know."""

from typing import Any

import pytest
from httpx import AsyncClient

from tests.support.people import Person
from tests.support.surface import (
    DOCUMENT,
    GETS,
    METHODS,
    PATHS,
    WITH_BODY,
    ask,
    assert_is_a_problem,
    every_operation,
    named,
)
from uservault.telemetry.middleware import SECURITY

# What is no form is one without fields: an attempt without a password, and no token to revoke.
EMPTY_FORMS = {"token": 422, "revoke_token": 422}
BOUNDED = [each for each in WITH_BODY if named(each) != "import_users"]  # which reads line by line


def known(path: str) -> set[str]:
    """The methods of a path; HEAD is, wherever GET is (RFC 9110 §9.1)."""
    described = {each.upper() for each in DOCUMENT["paths"][path] if each in METHODS}
    return described | ({"HEAD"} if "GET" in described else set())


class TestAnswers:
    @pytest.mark.promise("F3")
    @pytest.mark.parametrize("path", ["/api", "/api/nothing", "/api/users/", "//api/users"])
    async def test_an_unknown_address_is_a_problem(self, outside: AsyncClient, path: str) -> None:
        for method in ("GET", "POST", "DELETE"):
            assert_is_a_problem(await ask(outside, method, path), 404)

    @pytest.mark.promise("F3", "F4")
    @pytest.mark.parametrize("path", PATHS)
    @pytest.mark.parametrize("method", ["TRACE", "QUERY", "PROPFIND", "GETT"])
    async def test_an_unknown_method_is_told_which_are_known(
        self, outside: AsyncClient, path: str, method: str
    ) -> None:
        response = await ask(outside, method, path)

        assert_is_a_problem(response, 405)  # TRACE
        assert sorted(response.headers["Allow"].split(", ")) == sorted(known(path))

    @pytest.mark.parametrize("path", PATHS)
    async def test_options_tell_which_methods_are_known(
        self, outside: AsyncClient, path: str
    ) -> None:
        response = await ask(outside, "OPTIONS", path)

        assert (response.status_code, response.content) == (204, b"")
        assert sorted(response.headers["Allow"].split(", ")) == sorted(known(path))

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
    @pytest.mark.parametrize("operation", BOUNDED, ids=named)
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

        assert_is_a_problem(response, EMPTY_FORMS.get(named(operation), 415))

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
        assert (await outside.options("/docs/pages/docs.js")).status_code == 204
