"""A single-page application on another origin, in a browser."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.async_api import Page

from tests.support.browser import opened_page
from tests.support.people import PASSWORD, registration
from tests.support.proxies import nginx
from tests.support.serving import Served, serving
from tests.support.sockets import connect

PAGE = "location / { default_type text/html; return 200 '<title>application</title>'; }"
CALL = """async ([url, method, headers, body]) => {
  try {
    const answer = await fetch(url, {method, headers, body: body && JSON.stringify(body)});
    return {status: answer.status, body: await answer.json(),
            headers: Object.fromEntries(answer.headers.entries())};
  } catch (error) { return {status: 0}; }
}"""
JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Site:
    """The API, and two applications of which it knows the first."""

    served: Served
    known: str
    unknown: str


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    url = f"sqlite:///{tmp_path_factory.mktemp('database')}/app.db"
    with (
        nginx(PAGE) as known,
        nginx(PAGE) as unknown,
        serving(url, USERVAULT_CORS__ORIGINS=f"https://app.example.com, {known.url}") as served,
    ):
        yield Site(served, known.url, unknown.url)


class Application:
    def __init__(self, page: Page, api: str) -> None:
        self.page = page
        self.api = api
        self.token = ""

    async def call(self, method: str, path: str, body: Any = None, **more: str) -> dict[str, Any]:
        sent = JSON | ({"Authorization": f"Bearer {self.token}"} if self.token else {}) | more
        result: dict[str, Any] = await self.page.evaluate(
            CALL, [f"{self.api}{path}", method, sent, body]
        )
        return result


async def test_an_application_that_is_known_uses_the_api(site: Site) -> None:
    async with opened_page() as page:
        await page.goto(site.known)
        app = Application(page, site.served.url)
        await app.call("POST", "/api/users", registration("ada"))
        login = {"username": "ada", "password": PASSWORD}
        app.token = (await app.call("POST", "/api/login", login))["body"]["access_token"]
        me = await app.call("GET", "/api/me")
        tag = {"If-Match": me["headers"]["etag"]}
        changes = [await app.call("PATCH", "/api/me", {"locale": "de"}, **tag) for _ in range(2)]
        missing = await app.call("GET", "/api/nothing")
        app.token = "nonsense"
        refused = await app.call("GET", "/api/me")

    assert me["body"]["username"] == "ada"
    assert [each["status"] for each in changes] == [200, 412]
    assert changes[1]["body"]["code"] == "precondition-failed"
    assert (missing["status"], missing["body"]["code"]) == (404, "not-found")
    assert missing["headers"]["x-request-id"] == missing["body"]["request_id"]
    assert refused["status"] == 401
    assert refused["headers"]["www-authenticate"].endswith('error="invalid_token"')


@pytest.mark.promise("F4")
async def test_an_application_that_is_unknown_reads_nothing(site: Site) -> None:
    async with opened_page() as page:
        await page.goto(site.unknown)
        app = Application(page, site.served.url)
        answers = [await app.call("GET", "/api/me"), await app.call("GET", "/healthz")]

    assert answers == [{"status": 0}, {"status": 0}]


@pytest.mark.parametrize(
    ("more", "status"), [(b"X: " + b"x" * 70_000, b"431"), (b"Content-Length: x", b"400")]
)
def test_what_is_refused_without_the_app_can_be_read(
    site: Site, more: bytes, status: bytes
) -> None:
    origin = site.known.encode()
    with connect(site.served) as connection:
        connection.sendall(
            b"GET / HTTP/1.1\r\nHost: x\r\nOrigin: " + origin + b"\r\n" + more + b"\r\n\r\n"
        )
        answer = connection.recv(65536)

    assert answer.startswith(b"HTTP/1.1 " + status)
    assert b"access-control-allow-origin: " + origin in answer.lower()
