import json
import re
import shlex
import socket
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.support.newcomer import serving
from tests.support.pages import README
from tests.support.patience import patience
from tests.support.server import free_port

PUBLISHED = "http://127.0.0.1:5000"
# The base contract: what each line of the walk is answered, in its order.
ANSWERS: Sequence[tuple[int, Any]] = [
    (201, {"id": 1, "username": "testuser", "email": "test@example.com"}),
    (200, {"access_token": str}),
    (200, [{"id": 1, "username": "testuser", "email": "test@example.com"}]),
    (200, {"id": 1, "username": "testuser", "email": "test@example.com"}),
    (200, {"id": 1, "username": "updateduser", "email": "updated@example.com"}),
    (200, {"message": "User deleted successfully"}),
]


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """Of a service as the README starts it, in an empty directory."""
    port = _free(5000)
    with serving(tmp_path, port):
        yield f"http://127.0.0.1:{port}"


class TestCurlWalk:
    def test_is_answered_as_the_contract_says(self, address: str) -> None:
        token = ""
        answers = []

        for line in _curls():
            status, body = _curl(line.replace(PUBLISHED, address).replace("<token>", token))
            if "access_token" in body:
                token = body["access_token"]
            answers.append((status, body))

        assert [status for status, _ in answers] == [status for status, _ in ANSWERS]
        for (_, body), (_, promised) in zip(answers, ANSWERS, strict=True):
            assert _keeps(body, promised), f"{body} is not {promised}"

    @pytest.mark.promise("G1")
    def test_is_logged_where_the_contract_says(self, tmp_path: Path) -> None:
        port = free_port()

        with serving(tmp_path, port) as server:
            _curl(_curls()[0].replace(PUBLISHED, f"http://127.0.0.1:{port}"))
            server.terminate()
            server.wait(patience())

        lines = (tmp_path / "logs/microservice.log").read_text().splitlines()
        events = [json.loads(line) for line in lines]
        assert [event["status"] for event in events if event["event"] == "request"] == [201]
        assert not any("testpass" in line for line in lines)


def test_is_short() -> None:
    assert len(README.read_text().splitlines()) <= 150


def _curls() -> list[str]:
    return re.findall(r"^curl .+$", README.read_text(), re.MULTILINE)


def _curl(line: str) -> tuple[int, Any]:
    done = subprocess.run(  # noqa: S603
        [*shlex.split(line), "--silent", "--show-error", "--write-out", "\n%{http_code}"],
        capture_output=True,
        text=True,
        check=True,
        timeout=patience(),
    )
    body, _, status = done.stdout.rpartition("\n")
    return int(status), json.loads(body)


def _keeps(body: Any, promised: Any) -> bool:
    """Whether the body has all that is promised; it may have more."""
    match promised:
        case dict():
            return all(name in body and _keeps(body[name], promised[name]) for name in promised)
        case list():
            return len(body) == len(promised) and all(map(_keeps, body, promised))
        case type():
            return isinstance(body, promised)
    return bool(body == promised)


def _free(wanted: int) -> int:
    try:
        socket.create_server(("127.0.0.1", wanted)).close()
    except OSError:
        return free_port()
    return wanted
