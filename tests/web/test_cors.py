"""What browsers are told about pages of other origins."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response
from pydantic import ValidationError

from tests.support.fakes import FakeClock
from tests.support.people import Person, register
from tests.support.processes import opened, running
from uservault.db.database import Database
from uservault.db.errors import DatabaseUnavailable
from uservault.settings.tree import Settings

SPA = "https://app.example.com"
OTHERS = ["https://evil.example", "null", "https://app.example.com.evil.example", f"{SPA}:8443",
          "http://app.example.com", "*", ""]  # fmt: skip
PATHS = ["/api/me", "/api/nothing", "/healthz", "/openapi.json", "/.well-known/jwks.json"]
ALLOWED = "Access-Control-Allow-Origin"


@pytest.fixture
async def app(settings: Settings, clock: FakeClock) -> AsyncIterator[FastAPI]:
    chosen = settings.model_copy(
        update={"cors": settings.cors.model_copy(update={"origins": (SPA,)})}
    )
    async with opened(chosen, clock) as resources, running(resources) as app:

        @app.get("/api/broken")
        async def fail() -> None:
            raise RuntimeError

        yield app


@pytest.fixture
async def outside(app: FastAPI) -> AsyncClient:
    return AsyncClient(transport=ASGITransport(app), base_url="http://test")


def is_allowed(response: Response, origin: str = SPA) -> bool:
    """Whether a page may read it. Checks what holds in any case."""
    headers = response.headers
    assert "Origin" in headers["Vary"]
    assert "Access-Control-Allow-Credentials" not in headers
    assert headers["X-Request-ID"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    return headers.get(ALLOWED) == origin and "ETag" in headers["Access-Control-Expose-Headers"]


class TestAnswers:
    @pytest.mark.promise("F4")
    @pytest.mark.parametrize("path", PATHS)
    @pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE", "OPTIONS"])
    async def test_may_be_read_by_a_known_origin_alone(
        self, outside: AsyncClient, method: str, path: str
    ) -> None:
        known = await outside.request(method, path, headers={"Origin": SPA})

        assert is_allowed(known)
        for origin in OTHERS:
            other = await outside.request(method, path, headers={"Origin": origin})
            assert not is_allowed(other, origin)
            assert ALLOWED not in other.headers
        assert ALLOWED not in (await outside.request(method, path)).headers

    async def test_may_be_read_with_their_tags_when_signed_in(
        self, outside: AsyncClient, anyone: AsyncClient
    ) -> None:
        ada: Person = await register(anyone, "ada")
        headers = {"Origin": SPA, "Authorization": f"Bearer {ada.token}"}

        response = await outside.get("/api/me", headers=headers)

        assert is_allowed(response)
        assert response.headers["ETag"] == '"1"'

    async def test_of_two_origins_are_for_none(self, outside: AsyncClient) -> None:
        response = await outside.get("/healthz", headers=[("Origin", SPA), ("Origin", SPA)])

        assert not is_allowed(response)


class TestErrors:
    @pytest.mark.parametrize(
        ("method", "path", "options", "status"),
        [
            ("GET", "/api/me", {}, 401),
            ("GET", "/api/broken", {}, 500),
            ("GET", "/api/nothing", {}, 404),
            ("PUT", "/api/me", {}, 405),
            ("POST", "/api/login", {"content": b"x" * 70_000}, 413),
            ("POST", "/api/users", {"json": {}}, 422),
            ("GET", "/healthz", {"headers": {"Host": "a b"}}, 400),
        ],
    )
    async def test_may_be_read(
        self, outside: AsyncClient, method: str, path: str, options: dict[str, Any], status: int
    ) -> None:
        options["headers"] = {"Origin": SPA} | options.get("headers", {})

        response = await outside.request(method, path, **options)

        assert response.status_code == status
        assert is_allowed(response)

    async def test_of_throttles_may_be_read(self, outside: AsyncClient) -> None:
        wrong = {"username": "ada", "password": "wrong"}
        answers = [
            await outside.post("/api/login", json=wrong, headers={"Origin": SPA}) for _ in range(12)
        ]

        assert answers[-1].status_code == 429
        assert all(map(is_allowed, answers))
        assert "RateLimit" in answers[-1].headers

    async def test_of_the_database_may_be_read(
        self, outside: AsyncClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def fail(*_: object) -> None:
            raise DatabaseUnavailable

        monkeypatch.setattr(Database, "rows", fail)

        response = await outside.get("/readyz", headers={"Origin": SPA})

        assert response.status_code == 503
        assert is_allowed(response)


class TestPreflight:
    @pytest.mark.parametrize("path", PATHS)
    async def test_is_answered_on_every_path(self, outside: AsyncClient, path: str) -> None:
        response = await outside.options(
            path,
            headers={
                "Origin": SPA,
                "Access-Control-Request-Method": "PATCH",
                "Access-Control-Request-Headers": "authorization,content-type,if-match",
            },
        )

        assert (response.status_code, response.content) == (204, b"")
        assert is_allowed(response)
        assert "PATCH" in response.headers["Access-Control-Allow-Methods"].split(", ")
        names = response.headers["Access-Control-Allow-Headers"].split(", ")
        assert {"Authorization", "Content-Type", "If-Match", "Idempotency-Key"} <= set(names)
        assert response.headers["Access-Control-Max-Age"] == "600"

    @pytest.mark.promise("F4")
    @pytest.mark.parametrize("origin", OTHERS)
    async def test_allows_nothing_to_others(self, outside: AsyncClient, origin: str) -> None:
        asked = {"Origin": origin, "Access-Control-Request-Method": "PATCH"}

        response = await outside.options("/api/me", headers=asked)

        assert not [name for name in response.headers if name.startswith("access-control-")]
        assert response.headers["Vary"] == "Origin"


class TestOrigins:
    @pytest.mark.parametrize(
        ("given", "kept"),
        [
            ("", ()),
            ("https://app.example.com", ("https://app.example.com",)),
            ("HTTPS://App.Example.com:443/", ("https://app.example.com",)),
            ("http://localhost:3000, http://[::1]:80", ("http://localhost:3000", "http://[::1]")),
        ],
    )
    def test_are_kept_as_browsers_write_them(self, given: str, kept: tuple[str, ...]) -> None:
        assert Settings(_env_file=None, cors={"origins": given}).cors.origins == kept

    @pytest.mark.promise("F4")
    @pytest.mark.parametrize(
        "given",
        ["*", "null", "app.example.com", "https://*.example.com", "https://a.example/path",
         "https://a.example?x", "https://u@a.example", "ftp://a.example", "https://",
         "https://a.example:x", "https://ä.example", "https://a.example#x"],
    )  # fmt: skip
    def test_are_exact(self, given: str) -> None:
        with pytest.raises(ValidationError, match="origins"):
            Settings(_env_file=None, cors={"origins": given})
