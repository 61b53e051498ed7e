"""The API below a path: what it hands out leads back to it, whichever way the path is told."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urljoin

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response

from tests.support.fakes import FakeClock
from tests.support.people import PASSWORD, registration
from tests.support.processes import opened, running
from uservault.settings.tree import Settings

PUBLIC_URL = "https://example.com/auth"


class Through:
    """A client of `https://example.com/auth`, behind a proxy."""

    def __init__(self, app: FastAPI, *, strips: bool, root_path: str = "") -> None:
        self.cut = len("/auth") if strips else 0
        self.client = AsyncClient(
            transport=ASGITransport(app, root_path=root_path), base_url="http://uservault:5000"
        )
        self.headers: dict[str, str] = {}

    async def ask(self, method: str, url: str, **options: Any) -> Response:
        """`url` may be relative."""
        whole = urljoin(f"{PUBLIC_URL}/", url)
        assert whole.startswith(f"{PUBLIC_URL}/"), whole
        path = whole.removeprefix("https://example.com")[self.cut :]
        return await self.client.request(method, path, headers=self.headers, **options)

    async def log_in(self) -> None:
        await self.ask("POST", "api/users", json=registration("ada"))
        login = {"username": "ada", "password": PASSWORD}
        token = (await self.ask("POST", "api/login", json=login)).json()["access_token"]
        self.headers["Authorization"] = f"Bearer {token}"


# How the path is told, whether the proxy takes it off, and what the server adds as root_path.
WAYS: dict[str, tuple[dict[str, Any], bool, str]] = {
    "the public URL, and a proxy that strips": ({"public_url": PUBLIC_URL}, True, ""),
    "the public URL, and a proxy that does not": ({"public_url": PUBLIC_URL}, False, ""),
    "--root-path, and a proxy that strips": ({"server": {"root_path": "/auth"}}, True, ""),
    "--root-path, and a proxy that does not": ({"server": {"root_path": "/auth"}}, False, ""),
    "the server's root_path": ({}, False, "/auth"),  # uvicorn has put it before the path
    "both": ({"public_url": PUBLIC_URL}, False, "/auth"),
}


@asynccontextmanager
async def through(
    settings: Settings, clock: FakeClock, way: tuple[dict[str, Any], bool, str]
) -> AsyncIterator[Through]:
    given, strips, root_path = way
    server = settings.server.model_copy(update=given.get("server", {}))
    chosen = settings.model_copy(update=given | {"server": server})
    async with opened(chosen, clock) as resources, running(resources) as app:
        yield Through(app, strips=strips, root_path=root_path)


@pytest.fixture(params=list(WAYS.values()), ids=list(WAYS))
async def client(
    request: pytest.FixtureRequest, settings: Settings, clock: FakeClock
) -> AsyncIterator[Through]:
    async with through(settings, clock, request.param) as client:
        yield client


class TestPrefix:
    async def test_is_in_links_and_locations(self, client: Through) -> None:
        await client.log_in()
        other = await client.ask("POST", "api/users", json=registration("bob"))
        first = await client.ask("GET", "api/users?limit=1")
        link = first.headers["Link"].partition(">")[0].removeprefix("<")

        created = await client.ask("GET", other.headers["Location"])
        second = await client.ask("GET", link)

        assert created.json()["username"] == "bob"
        assert [user["username"] for user in second.json()] == ["bob"]

    async def test_is_in_what_the_root_names(self, client: Through) -> None:
        root = (await client.ask("GET", "")).json()

        for name in ("docs", "openapi", "health", "readiness", "keys"):
            assert (await client.ask("GET", root[name])).status_code == 200

    async def test_is_in_the_document(self, client: Through) -> None:
        for _ in range(2):
            response = await client.ask("GET", "openapi.json")

        document = response.json()
        server = urljoin("https://example.com/auth/openapi.json", document["servers"][0]["url"])
        flow = document["components"]["securitySchemes"]["Bearer"]["flows"]["password"]
        assert server == PUBLIC_URL
        assert flow["tokenUrl"] == "/auth/api/token"

    async def test_leaves_the_paths_of_probes(self, client: Through) -> None:
        assert (await client.client.get("/auth/healthz")).status_code == 200
        if not client.client._transport.root_path:  # type: ignore[attr-defined]
            assert (await client.client.get("/healthz")).status_code == 200

    async def test_changes_no_refusal(self, client: Through) -> None:
        allowed = await client.ask("PUT", "api/users")

        assert (await client.ask("GET", "api/nothing")).status_code == 404
        assert (await client.ask("GET", "api/me")).status_code == 401
        assert allowed.headers["Allow"] == "GET, HEAD, POST"


@pytest.mark.parametrize("prefix", ["/api", "/docs", "/.well-known", "/api/v2"])
async def test_a_prefix_may_be_like_our_own_paths(
    settings: Settings, clock: FakeClock, prefix: str
) -> None:
    chosen = settings.model_copy(update={"public_url": f"https://example.com{prefix}"})
    async with opened(chosen, clock) as resources, running(resources) as app:
        client = AsyncClient(transport=ASGITransport(app), base_url="http://test")

        answers = [await client.get(path) for path in ("/", "/docs", "/docs/pages/docs.js")]
        made = await client.post("/api/users", json=registration("ada"))

    assert [each.status_code for each in answers] == [200, 200, 200]
    assert made.headers["Location"] == f"{prefix}/api/users/1"


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({}, ""),
        ({"public_url": "https://example.com"}, ""),
        ({"public_url": "https://example.com/auth/"}, "/auth"),
        ({"public_url": "https://example.com/a/b"}, "/a/b"),
        ({"public_url": PUBLIC_URL, "server": {"root_path": ""}}, "/auth"),
        ({"public_url": PUBLIC_URL, "server": {"root_path": "/"}}, ""),
        ({"public_url": PUBLIC_URL, "server": {"root_path": "/inside/"}}, "/inside"),
    ],
)
def test_is_that_of_the_public_url_by_default(given: dict[str, Any], path: str) -> None:
    assert Settings(_env_file=None, **given).root_path == path


@pytest.mark.parametrize("path", ["auth", "//", "/a b", "/a?b", "/a//b", "/a%20b", "/\n"])
def test_is_a_plain_path(path: str) -> None:
    with pytest.raises(ValueError, match="root_path"):
        Settings(_env_file=None, server={"root_path": path})
