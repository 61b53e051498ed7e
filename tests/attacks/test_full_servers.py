"""I15: a client that takes all it may, or does not read, keeps no other out."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from tests.support.patience import patience, wait_until
from tests.support.serving import Served, serving
from tests.support.sockets import GET, answered, connect, connections

FEW = 10  # connections of each of two clients, which fill a small server
POST = b"POST /api/users HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
LARGE = b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n"

pytestmark = pytest.mark.promise("I15")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """It has room for two clients that take all they may."""
    path: Path = tmp_path_factory.mktemp("small") / "app.db"
    environment = {
        "USERVAULT_SERVER__READ_TIMEOUT": "60",
        "USERVAULT_SERVER__MAX_CONNECTIONS": str(2 * FEW),
        "USERVAULT_SERVER__MAX_CONNECTIONS_PER_CLIENT": str(FEW),
    }
    with serving(f"sqlite:///{path}", **environment) as served:
        yield served


@pytest.fixture(scope="module")
def impatient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """It waits for clients for a second."""
    path: Path = tmp_path_factory.mktemp("impatient") / "app.db"
    with serving(f"sqlite:///{path}", USERVAULT_SERVER__READ_TIMEOUT="1") as served:
        yield served


class TestManyConnections:
    @pytest.mark.parametrize("half", [b"", b"GE", GET, POST + b"Content-Length: 99\r\n\r\n{"])
    def test_of_two_clients_with_half_requests_keep_no_third_out(
        self, small: Served, half: bytes
    ) -> None:
        with ExitStack() as stack:
            for number in range(2 * FEW):
                one = stack.enter_context(connect(small, f"127.0.3.{number % 2 + 1}"))
                one.sendall(half)
            time.sleep(0.2)

            for _ in range(3):
                with connect(small, "127.0.3.3") as third:
                    third.sendall(GET + b"\r\n")
                    assert answered(third).startswith(b"HTTP/1.1 200")

        assert "unexpected error" not in small.said()

    def test_are_told_so_though_they_send_at_once(self, small: Served) -> None:
        with ExitStack() as stack:
            for _ in range(FEW):
                stack.enter_context(connect(small, "127.0.3.4"))
            time.sleep(0.2)
            for _ in range(5):
                with connect(small, "127.0.3.4") as one_more:
                    one_more.sendall(POST + b"Content-Length: 60000\r\n\r\n" + b"x" * 60000)
                    time.sleep(0.1)

                    assert answered(one_more).startswith(b"HTTP/1.1 503")

    def test_are_counted_anew_when_they_have_ended(self, small: Served) -> None:
        for _ in range(3):
            with ExitStack() as stack:
                for _ in range(FEW + 2):
                    stack.enter_context(connect(small, "127.0.3.5"))
            time.sleep(0.2)

        with connect(small, "127.0.3.5") as connection:
            connection.sendall(GET + b"\r\n")
            assert answered(connection).startswith(b"HTTP/1.1 200")


def deaf(served: Served, source: str, last: bytes = b"") -> socket.socket:
    """A client that asks for far more than fits into all buffers, and reads nothing."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.bind((source, 0))
    connection.connect(("127.0.0.1", served.port))
    connection.sendall((LARGE + b"\r\n") * 30 + last)
    return connection


class TestClientsThatDoNotRead:
    @pytest.mark.parametrize("last", [b"", LARGE + b"Connection: close\r\n\r\n"])
    def test_are_disconnected_in_time(self, impatient: Served, last: bytes) -> None:
        assert wait_until(lambda: not connections(impatient))
        with deaf(impatient, "127.0.4.1", last):
            assert wait_until(lambda: connections(impatient) > 0)

            assert wait_until(lambda: not connections(impatient))

    def test_leave_no_error_in_the_log(self, impatient: Served) -> None:
        for _ in range(5):
            with deaf(impatient, "127.0.4.2"):
                time.sleep(0.1)
        httpx.get(f"{impatient.url}/healthz", timeout=patience(), trust_env=False)
        time.sleep(0.2)

        assert "Traceback" not in impatient.said()
        assert '"level": "error"' not in impatient.said().lower()

    def test_keep_nobody_out(self, small: Served) -> None:
        with ExitStack() as stack:
            for number in range(2 * FEW):
                stack.enter_context(deaf(small, f"127.0.4.{number % 2 + 3}"))
            time.sleep(0.5)

            answer = httpx.get(f"{small.url}/healthz", timeout=patience(), trust_env=False)

            assert answer.status_code == 200
