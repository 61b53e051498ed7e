import json
import logging

import pytest
from fastapi import FastAPI
from fastapi.responses import PlainTextResponse, StreamingResponse
from httpx import ASGITransport, AsyncClient
from starlette.types import Message, Receive, Scope, Send

from tests.support.fakes import FakeClock
from tests.support.people import PASSWORD, Person
from tests.support.processes import opened, served
from uservault.db.database import Database
from uservault.db.errors import DatabaseUnavailable
from uservault.settings.tree import Settings
from uservault.telemetry.middleware import RequestLog

LINES = "uservault.requests"


class TestRequestId:
    @pytest.mark.parametrize("given", ["abc-123", "A.b_c", "x" * 64])
    async def test_is_the_clients_if_well_formed(self, anyone: AsyncClient, given: str) -> None:
        response = await anyone.get("/nothing", headers={"X-Request-ID": given})

        assert response.headers["X-Request-ID"] == given
        assert response.json()["request_id"] == given

    @pytest.mark.promise("G2")
    @pytest.mark.parametrize("given", ["", "x" * 65, "a b", "a\tb", "<script>", "é", "a/b"])
    async def test_is_a_new_one_otherwise(self, anyone: AsyncClient, given: str) -> None:
        headers = [(b"X-Request-ID", given.encode("latin-1"))]

        responses = [await anyone.get("/nothing", headers=headers) for _ in range(2)]

        made = {response.headers["X-Request-ID"] for response in responses}
        assert len(made) == 2
        assert given not in made

    async def test_is_a_new_one_if_there_are_two(self, anyone: AsyncClient) -> None:
        headers = [("X-Request-ID", "one"), ("X-Request-ID", "two")]

        response = await anyone.get("/nothing", headers=headers)

        assert response.headers["X-Request-ID"] not in ("one", "two", "one, two")


class TestHeaders:
    @pytest.mark.promise("D6", "F4")
    @pytest.mark.parametrize("path", ["http://test/healthz", "/nothing", "/users", "/users/1"])
    async def test_tell_a_browser_to_be_careful(self, anyone: AsyncClient, path: str) -> None:
        headers = (await anyone.get(path)).headers

        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Cache-Control"] == "no-store"
        assert headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "Access-Control-Allow-Origin" not in headers
        assert "Server" not in headers


class TestStrictTransport:
    @pytest.mark.promise("I14")
    @pytest.mark.parametrize(
        ("public_url", "sent"),
        [("https://id.example.com", "max-age=31536000"), ("http://localhost", None), ("", None)],
    )
    async def test_is_asked_for_where_clients_use_https(
        self, settings: Settings, clock: FakeClock, public_url: str, sent: str | None
    ) -> None:
        chosen = settings.model_copy(update={"public_url": public_url})

        async with opened(chosen, clock) as resources, served(resources) as anyone:
            answers = [await anyone.get(path) for path in ("/users", "/nothing")]

        assert {each.headers.get("Strict-Transport-Security") for each in answers} == {sent}


class TestProxy:
    """The peer of these requests is 127.0.0.1."""

    @pytest.mark.promise("I14", "B5")
    @pytest.mark.parametrize(
        ("trusted", "header", "setting"),
        [
            ("", "X-Forwarded-For", "USERVAULT_TRUSTED_PROXIES"),
            ("", "Forwarded", "USERVAULT_TRUSTED_PROXIES"),
            ("10.0.0.0/8", "X-Forwarded-For", "USERVAULT_TRUSTED_PROXIES"),
            ("127.0.0.1", "X-Forwarded-For", None),
            ("127.0.0.1", "Forwarded", "USERVAULT_SERVER__FORWARDED_HEADER"),
            ("", "X-Request-ID", None),
        ],
    )
    async def test_is_warned_of_once_unless_it_is_trusted(
        self, caplog: pytest.LogCaptureFixture, trusted: str, header: str, setting: str | None
    ) -> None:
        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            await PlainTextResponse("")(scope, receive, send)

        networks = Settings(_env_file=None, trusted_proxies=trusted).trusted_proxies
        transport = ASGITransport(RequestLog(app, networks))
        async with AsyncClient(transport=transport, base_url="http://test") as client:
            for _ in range(2):
                await client.get("/", headers={header: "198.51.100.7"})

        warned = [each for each in caplog.records if each.levelno == logging.WARNING]
        assert len(warned) == (1 if setting else 0)
        assert all(str(setting) in each.getMessage() for each in warned)
        assert all(vars(each)["peer"] == "127.0.0.1" for each in warned)


class TestUnexpected:
    @pytest.mark.promise("F5")
    async def test_is_answered_without_details(
        self, app: FastAPI, anyone: AsyncClient, caplog: pytest.LogCaptureFixture
    ) -> None:
        @app.get("/api/broken")
        async def fail() -> None:
            raise RuntimeError("sesame")

        response = await anyone.get("/broken")

        assert response.status_code == 500
        assert response.headers["Content-Type"] == "application/problem+json"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.json() == {
            "type": "/problems/problem",
            "title": "Something went wrong on our side.",
            "status": 500,
            "code": "problem",
            "request_id": response.headers["X-Request-ID"],
        }
        logged = [record for record in caplog.records if record.exc_info]
        assert [vars(record)["request_id"] for record in logged] == [response.json()["request_id"]]

    async def test_ends_an_answer_that_has_begun(self, app: FastAPI, anyone: AsyncClient) -> None:
        async def parts() -> object:
            yield b"one"
            raise RuntimeError("sesame")

        @app.get("/api/stream")
        async def stream() -> StreamingResponse:
            return StreamingResponse(parts())  # type: ignore[arg-type]

        with pytest.raises(RuntimeError):
            await anyone.get("/stream")


class TestLine:
    @pytest.mark.promise("G1")
    async def test_says_who_did_what(
        self, ada: Person, anyone: AsyncClient, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.clear()

        response = await ada.get(f"/users/{ada.id}?q=sesame")

        (line,) = [vars(record) for record in caplog.records if record.name == LINES]
        assert line["request_id"] == response.headers["X-Request-ID"]
        assert (line["method"], line["route"]) == ("GET", "/api/users/{id}")
        assert (line["status"], line["problem"]) == (422, "invalid")
        assert (line["user_id"], line["client"]) == (ada.id, "127.0.0.1")
        assert line["duration_ms"] > 0
        assert "sesame" not in json.dumps(line, default=str)  # no query

    @pytest.mark.promise("G3")
    async def test_names_the_problem(
        self, anyone: AsyncClient, caplog: pytest.LogCaptureFixture
    ) -> None:
        await anyone.post("/login", json={"username": "nobody", "password": PASSWORD})

        line = [vars(record) for record in caplog.records if record.name == LINES][-1]
        assert (line["status"], line["problem"]) == (401, "login-refused")
        assert line["user_id"] is None

    @pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
    @pytest.mark.parametrize("path", ["/", "/healthz", "/readyz"])
    async def test_of_a_probe_that_succeeds_is_for_debugging(
        self, app: FastAPI, caplog: pytest.LogCaptureFixture, method: str, path: str
    ) -> None:
        caplog.set_level(logging.DEBUG, "uservault")
        async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
            await client.request(method, path)

        [line] = [record for record in caplog.records if record.name == LINES]
        assert (line.levelno, vars(line)["method"]) == (logging.DEBUG, method)

    async def test_of_a_probe_that_fails_is_for_everybody(
        self, app: FastAPI, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def fail(*_: object) -> None:
            raise DatabaseUnavailable

        monkeypatch.setattr(Database, "rows", fail)
        async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
            await client.get("/readyz")

        [line] = [record for record in caplog.records if record.name == LINES]
        assert (line.levelno, vars(line)["status"]) == (logging.INFO, 503)

    async def test_is_not_written_where_nobody_reads_it(
        self, anyone: AsyncClient, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.WARNING, "uservault")

        await anyone.get("/nothing")

        assert not [record for record in caplog.records if record.name == LINES]


async def test_leaves_alone_what_is_no_request() -> None:
    seen: list[Scope] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope)

    async def nothing(*_: Message) -> Message:
        return {}

    await RequestLog(app, ())({"type": "lifespan"}, nothing, nothing)  # type: ignore[arg-type]

    assert seen == [{"type": "lifespan"}]


@pytest.mark.promise("B5")
async def test_no_proxy_is_trusted_by_default(
    app: FastAPI, caplog: pytest.LogCaptureFixture
) -> None:
    transport = ASGITransport(app, client=("10.0.0.1", 1))
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        await client.get("/nothing", headers={"X-Forwarded-For": "198.51.100.7"})

    line = [vars(record) for record in caplog.records if record.name == LINES][-1]
    assert line["client"] == "10.0.0.1"  # the settings trust nobody
