"""HEAD, which answers what GET does, without a body."""

import logging

import pytest
from httpx import AsyncClient, Response

from tests.support.people import Person
from tests.support.surface import APP, DOCUMENT, doors, example_of

PATHS = sorted(
    example_of(door.removeprefix("GET ")) for door in doors(APP) if door.startswith("GET /")
)
FILES = ["/docs/pages/docs.js", "/docs/assets/swagger-ui.css"]
CHANGING = {"x-request-id", "date"}


def headers_of(response: Response) -> dict[str, str]:
    return {name: value for name, value in response.headers.items() if name not in CHANGING}


class TestHead:
    @pytest.mark.parametrize("path", [*PATHS, *FILES, "/nothing", "/api/users?limit=x"])
    @pytest.mark.parametrize("signed_in", [True, False])
    async def test_answers_the_head_of_get(
        self, outside: AsyncClient, admin: Person, path: str, signed_in: bool
    ) -> None:
        header = {"Authorization": f"Bearer {admin.token}"} if signed_in else {}
        whole = await outside.get(path, headers=header)

        head = await outside.head(path, headers=header)

        assert (head.status_code, head.content) == (whole.status_code, b"")
        assert headers_of(head) == headers_of(whole)
        if "Content-Length" in whole.headers:
            assert head.headers["Content-Length"] == str(len(whole.content))

    @pytest.mark.parametrize("path", ["/openapi.json", "/.well-known/jwks.json"])
    async def test_knows_what_has_not_changed(self, outside: AsyncClient, path: str) -> None:
        tag = (await outside.head(path)).headers["ETag"]

        assert (await outside.head(path, headers={"If-None-Match": tag})).status_code == 304

    async def test_is_not_where_get_is_not(self, outside: AsyncClient) -> None:
        response = await outside.head("/api/login")

        assert (response.status_code, response.content) == (405, b"")
        assert response.headers["Allow"] == "POST"

    async def test_counts_as_no_write(self, outside: AsyncClient, admin: Person) -> None:
        header = {"Authorization": f"Bearer {admin.token}"}

        response = await outside.head("/api/me", headers=header)

        assert response.status_code == 200
        assert "RateLimit" not in response.headers

    async def test_is_in_the_log_by_its_name(
        self, outside: AsyncClient, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG, "uservault")

        await outside.head("/.well-known/jwks.json")

        [line] = [vars(each) for each in caplog.records if each.name == "uservault.requests"][-1:]
        assert (line["method"], line["route"]) == ("HEAD", "/.well-known/jwks.json")

    def test_is_not_in_the_document(self) -> None:
        assert [path for path, item in DOCUMENT["paths"].items() if "head" in item] == []
