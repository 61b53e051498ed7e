"""Imports over a socket, from clients that do not wait for each other's turn."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest

from tests.support.patience import patience
from tests.support.people import PASSWORD, registration
from tests.support.serving import Served, serving
from tests.transfer.test_import import row

BATCH = 250


@pytest.fixture(scope="module")
def served(module_url: str) -> Iterator[Served]:
    with serving(module_url) as served:
        yield served


@pytest.fixture(scope="module")
def token(served: Served) -> str:
    """An administrator's."""
    with httpx.Client(base_url=f"{served.url}/api", trust_env=False) as client:
        client.post("/users", json=registration("root"))
        login = client.post("/login", json={"username": "root", "password": PASSWORD})
        access: str = login.json()["access_token"]
        return access


def rows(name: str, begin: int, end: int) -> bytes:
    return b"".join(
        json.dumps(row(f"{name}{number}")).encode() + b"\n" for number in range(begin, end)
    )


def connected(served: Served, token: str) -> socket.socket:
    """A client that has sent the head of its import."""
    client = socket.create_connection(("127.0.0.1", served.port), patience())
    client.sendall(
        b"POST /api/users/import HTTP/1.1\r\nHost: localhost\r\n"
        b"Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n"
        b"Connection: close\r\nAuthorization: Bearer " + token.encode() + b"\r\n\r\n"
    )
    return client


def chunk(content: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(content), content)


def read_until(client: socket.socket, wanted: bytes) -> bytes:
    read = b""
    while wanted not in read:
        piece = client.recv(65536)
        assert piece, read[-500:]
        read += piece
    return read


def count(served: Served, token: str, name: str) -> int:
    """How many users there are whose names begin so."""
    headers = {"Authorization": f"Bearer {token}", "Prefer": "count=exact"}
    found = httpx.get(
        f"{served.url}/api/users", params={"q": name}, headers=headers, trust_env=False
    )
    return int(found.headers["X-Total-Count"])


class TestStreaming:
    def test_answers_while_rows_are_sent(self, served: Served, token: str) -> None:
        with closing(connected(served, token)) as client:
            client.sendall(chunk(rows("early", 0, BATCH)))
            read_until(client, b'"line":%d,' % BATCH)

            client.sendall(chunk(rows("early", BATCH, BATCH + 1)) + chunk(b""))

            answer = read_until(client, b"0\r\n\r\n")
        assert b'"line":%d,' % (BATCH + 1) in answer
        assert b'"complete":true' in answer

    def test_answers_clients_that_send_all_before_they_read(
        self, served: Served, token: str
    ) -> None:
        many = 30_000
        with closing(connected(served, token)) as client:
            client.settimeout(patience(60))
            # Each is refused: to write as many users would only take longer.
            client.sendall(chunk(b'{"username": "no address"}\n' * many) + chunk(b""))

            answer = read_until(client, b"0\r\n\r\n")
        assert b'"errors":%d,"complete":true' % many in answer

    def test_stops_when_the_client_goes_away(self, served: Served, token: str) -> None:
        with closing(connected(served, token)) as client:
            client.sendall(chunk(rows("gone", 0, BATCH + 100)))
            read_until(client, b'"line":%d,' % BATCH)
        deadline = time.monotonic() + patience()

        while "its client went away" not in served.said() and time.monotonic() < deadline:
            time.sleep(0.05)

        assert "an import ended early: its client went away" in served.said()
        assert count(served, token, "gone") == BATCH
