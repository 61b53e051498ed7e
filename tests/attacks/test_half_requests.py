"""I15: no connection stays for ever, and none keeps others out."""

import select
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from tests.support.patience import patience
from tests.support.serving import Served, serving
from tests.support.sockets import GET, answered, connect

WAIT = 1  # second that the server waits for headers and bodies
ALL, EACH = 60, 40  # connections

pytestmark = pytest.mark.promise("I15")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    path: Path = tmp_path_factory.mktemp("half") / "app.db"
    environment = {
        "USERVAULT_SERVER__READ_TIMEOUT": str(WAIT),
        "USERVAULT_SERVER__KEEP_ALIVE": "30",
        "USERVAULT_SERVER__MAX_CONNECTIONS": str(ALL),
        "USERVAULT_SERVER__MAX_CONNECTIONS_PER_CLIENT": str(EACH),
        "USERVAULT_TRUSTED_PROXIES": "127.0.0.2",
    }
    with serving(f"sqlite:///{path}", **environment) as served:
        yield served


def is_closed(connection: socket.socket, dripping: bytes = b"") -> bool:
    """Whether the server closes it, though something comes every 0.2 seconds."""
    deadline = time.monotonic() + patience(5)
    while time.monotonic() < deadline:
        readable, _, _ = select.select([connection], [], [], 0.2)
        try:
            if readable and not connection.recv(65536):
                return True
            if dripping:
                connection.sendall(dripping)
        except OSError:
            return True
    return False


class TestHalfRequests:
    @pytest.mark.parametrize("first", [b"", b"\r\n", b"GET", GET, GET + b"X-A: "])
    def test_end_at_the_first_of_a_connection(self, served: Served, first: bytes) -> None:
        with connect(served) as connection:
            connection.sendall(first)

            assert is_closed(connection)

    @pytest.mark.parametrize("then", [b"\r\n", b"GET", GET, GET + b"X-A: "])
    def test_end_at_the_second_as_well(self, served: Served, then: bytes) -> None:
        with connect(served) as connection:
            connection.sendall(GET + b"\r\n")
            answered(connection)
            connection.sendall(then)

            assert is_closed(connection)

    def test_end_though_something_comes_now_and_then(self, served: Served) -> None:
        with connect(served) as connection:
            connection.sendall(GET + b"\r\n")
            answered(connection)

            assert is_closed(connection, dripping=b"\r\n")

    def test_end_when_the_rest_of_an_answered_body_drips(self, served: Served) -> None:
        with connect(served) as connection:
            connection.sendall(GET + b"Content-Length: 100000\r\n\r\n")
            answered(connection)

            assert is_closed(connection, dripping=b"x")

    def test_do_not_end_a_connection_that_is_idle(self, served: Served) -> None:
        with connect(served) as connection:
            connection.sendall(GET + b"\r\n")
            answered(connection)
            time.sleep(2 * WAIT)
            connection.sendall(GET + b"\r\n")

            assert answered(connection).startswith(b"HTTP/1.1 200")


class TestManyConnections:
    def test_of_one_client_are_refused_beyond_its_share(self, served: Served) -> None:
        with ExitStack() as stack:
            for _ in range(EACH):
                stack.enter_context(connect(served))
            time.sleep(0.2)

            with connect(served) as one_more:
                answer = one_more.recv(65536)

            assert answer.startswith(b"HTTP/1.1 503")
            assert b"too-many-connections" in answer
            assert b"retry-after" in answer.lower()

    def test_that_are_silent_keep_nobody_out(self, served: Served) -> None:
        with ExitStack() as stack:
            for number in range(4 * ALL):
                stack.enter_context(connect(served, f"127.0.1.{number % 200 + 1}"))

            answer = httpx.get(f"{served.url}/healthz", timeout=patience(), trust_env=False)

            assert answer.status_code == 200

    def test_of_a_trusted_proxy_are_those_of_many(self, served: Served) -> None:
        with ExitStack() as stack:
            for _ in range(EACH + 5):
                stack.enter_context(connect(served, "127.0.0.2"))
            with connect(served, "127.0.0.2") as one_more:
                one_more.sendall(GET + b"\r\n")

                assert answered(one_more).startswith(b"HTTP/1.1 200")
