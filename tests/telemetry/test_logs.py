import io
import json
import logging
import re
from collections.abc import Iterator
from contextlib import redirect_stderr
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient
from sqlalchemy import select

from tests.support import databases
from tests.support.people import registration
from uservault.app import create_app
from uservault.passwords.models import Password
from uservault.telemetry.logs import configure_logging, log_file

NASTY = "one\r\ntwo\x1b[31m\x00three\u2028four"
log = logging.getLogger("uservault.test")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def read_json(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    configure(file=None)


def configure(console: io.StringIO | None = None, **log: object) -> io.StringIO:
    """Sets up the logs; what the console gets."""
    with redirect_stderr(console or io.StringIO()) as stream:
        configure_logging(databases.settings_for("sqlite:///unused.db", log=log))
    return stream


class TestConsole:
    @pytest.mark.promise("G3")
    @pytest.mark.parametrize("format", ["auto", "json"])
    def test_has_json_lines_where_nobody_looks(self, format: str) -> None:
        console = configure(format=format, file=None)

        log.info("something", extra={"user_id": 7})

        (line,) = read_json(console.getvalue())
        assert line["event"] == "something"
        assert line["level"] == "info"
        assert line["logger"] == "uservault.test"
        assert line["user_id"] == 7
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", line["timestamp"])  # UTC

    def test_has_text_on_a_terminal(self) -> None:
        terminal = configure(Terminal(), format="auto", file=None)

        log.info("something", extra={"user_id": 7})

        assert "something" in terminal.getvalue()
        assert not terminal.getvalue().startswith("{")

    def test_has_nothing_below_its_level(self) -> None:
        console = configure(level="warning", file=None)

        log.info("little")
        log.warning("much")

        assert [line["event"] for line in read_json(console.getvalue())] == ["much"]

    def test_says_everything_once_however_often_it_is_set_up(self) -> None:
        configure(file=None)
        console = configure(file=None)

        log.info("something")

        assert len(read_json(console.getvalue())) == 1

    @pytest.mark.promise("G2")
    @pytest.mark.parametrize("format", ["text", "json"])
    def test_has_one_line_for_each_record(self, format: str) -> None:
        console = configure(format=format, file=None)

        log.info(NASTY, extra={"reason": NASTY})

        written = console.getvalue()
        assert written.count("\n") == 1
        assert written.endswith("\n")
        plain = re.sub(r"\x1b\[[0-9;]*m", "", written) if format == "text" else written
        assert plain[:-1].isprintable()
        assert "\x1b[31m" not in written.replace("\x1b[32m", "")

    @pytest.mark.promise("G1")
    @pytest.mark.parametrize("format", ["text", "json"])
    def test_shows_no_variables_of_a_traceback(self, format: str) -> None:
        console = configure(format=format, file=None)

        try:
            fail("ses" + "ame")
        except RuntimeError:
            log.exception("unexpected")

        assert "RuntimeError: it failed" in console.getvalue()
        assert "sesame" not in console.getvalue()


def fail(password: str) -> None:
    raise RuntimeError("it failed")


class TestLibraries:
    @pytest.mark.promise("G1")
    @pytest.mark.parametrize(
        "name",
        ["aiosqlite", "sqlalchemy.engine", "asyncio", "httpx", "httpcore", "python_multipart",
         "asyncmy", "passlib", "uvicorn.access"],
    )  # fmt: skip
    def test_are_not_heard_below_a_warning(self, name: str) -> None:
        console = configure(level="debug", file=None)

        logging.getLogger(name).debug("sesame")
        logging.getLogger(name).info("sesame")

        assert console.getvalue() == ""

    @pytest.mark.parametrize("name", ["uvicorn.error", "uvicorn"])
    def test_may_say_what_they_do(self, name: str) -> None:
        console = configure(level="debug", file=None)

        logging.getLogger(name).info("running", extra={"color_message": "\x1b[1mrunning"})

        (line,) = read_json(console.getvalue())
        assert line["event"] == "running"
        assert "color_message" not in line

    def test_may_say_it_in_several_lines(self) -> None:
        console = configure(format="text", file=None)

        logging.getLogger("uvicorn.error").error("Traceback\n  one\n  two")

        assert len(console.getvalue().splitlines()) == 3


class TestFile:
    def test_has_json_lines_and_rotates(self, tmp_path: Path) -> None:
        file = tmp_path / "logs" / "microservice.log"
        configure(file=file, file_bytes=10_000, file_backups=2, format="text")

        for _ in range(400):
            log.info("x" * 100)

        names = sorted(path.name for path in file.parent.iterdir())
        assert names == ["microservice.log", "microservice.log.1", "microservice.log.2"]
        for path in file.parent.iterdir():
            assert path.stat().st_size <= 10_000
            assert read_json(path.read_text())

    def test_gets_the_line_that_the_console_gets(self, tmp_path: Path) -> None:
        rendered = []

        class Telling:
            def __repr__(self) -> str:
                rendered.append(1)
                return "something"

        console = configure(file=tmp_path / "log", format="json")
        log.info("x", extra={"value": Telling()})

        assert (tmp_path / "log").read_text() == console.getvalue()
        assert len(rendered) == 1

    def test_is_done_without_where_it_cannot_be_written(self, tmp_path: Path) -> None:
        (tmp_path / "logs").write_text("a file")

        console = configure(file=tmp_path / "logs" / "microservice.log")

        (line,) = read_json(console.getvalue())
        assert (line["event"], line["level"]) == ("cannot write the log file", "warning")

    def test_is_another_for_each_worker(self) -> None:
        path = Path("logs/microservice.log")
        with get_context("spawn").Pool(2) as pool:
            files = set(pool.starmap(log_file, [(path, 2)] * 4))

        assert log_file(path, 1) == path
        assert path not in files
        for file in files:
            assert re.fullmatch(r"microservice\.\d+\.log", file.name)


@pytest.mark.promise("G1", "G3")
async def test_no_secret_is_ever_logged(database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "microservice.log"
    settings = databases.settings_for(
        database_url, log={"level": "debug", "file": file}, passwords={"rounds": 4}
    )
    app = create_app(settings)
    user = registration("ada") | {"password": "open-sesame-1"}
    wrong = {"username": "ada", "password": "wrong-sesame-2"}
    with redirect_stderr(io.StringIO()) as console:
        configure_logging(settings)
        async with (
            app.router.lifespan_context(app),
            AsyncClient(transport=ASGITransport(app), base_url="http://test/api") as client,
        ):
            await client.post("/users", json=user)
            await client.post("/users", json=user)
            await client.post("/users", json=user | {"password": "short"})
            await client.post("/login", json=wrong)
            answer = await client.post("/login", json=user | {"email": "x"})
            answer = await client.post("/login", json=wrong | {"password": user["password"]})
            token = answer.json()["access_token"]
            await client.post("/token", data=wrong | {"password": "open-sesame-1"})
            header = {"Authorization": f"Bearer {token}"}
            await client.get(f"/users?token={token}", headers=header)
            await client.put("/users/1", json={"username": "ada2"}, headers=header)
            rows = await app.state.resources.database.rows(select(Password.hash))
            await client.delete("/users/1", headers=header)

    written = console.getvalue() + file.read_text()
    logged = [line["event"] for line in read_json(file.read_text())]
    assert {"user.created", "login.failed", "user.deleted", "request"} <= set(logged)
    (hash,) = rows[0]
    for secret in ("sesame", token, token.rpartition(".")[2], hash, hash[-20:], databases.SECRET):
        assert secret not in written
