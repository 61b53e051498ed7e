"""Section F: bytes on a socket. What the parser refuses never reaches a database of any kind, so
one server over SQLite is enough."""

import json
import re
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.patience import patience
from tests.support.people import PASSWORD, registration
from tests.support.serving import UNLIMITED, Served, serving
from uservault.kit.problems import MEDIA_TYPE

AS_JSON = {"Content-Type": "application/json"}
HOST = b"Host: x\r\n"
JSON = b"Content-Type: application/json\r\n"
BODY = json.dumps({"username": "ada", "password": PASSWORD}).encode()
SIZE = b"%x\r\n" % len(BODY)
LENGTH = b"Content-Length: %d\r\n" % len(BODY)
POST = b"POST /api/login HTTP/1.1\r\n" + HOST + JSON
GET = b"GET /healthz HTTP/1.1\r\n"
SMUGGLED = b"GET /smuggled HTTP/1.1\r\n" + HOST + b"\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n"

REFUSED = {
    "length and coding": POST + LENGTH + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "coding and length": CHUNKED + LENGTH + b"\r\n0\r\n\r\n" + SMUGGLED,
    "a coding first": POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "a coding after chunked": POST + b"Transfer-Encoding: chunked, x\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "two codings": CHUNKED + b"Transfer-Encoding: identity\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "identity": POST + b"Transfer-Encoding: identity\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "a coding nearly chunked": POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "a tab before chunked": POST + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "a space before the colon": POST + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    "a coding in HTTP/1.0": CHUNKED.replace(b"1.1", b"1.0") + b"\r\n0\r\n\r\n" + SMUGGLED,
    "a chunk of no number": CHUNKED + b"\r\nzz\r\n\r\n0\r\n\r\n",
    "a chunk of -1": CHUNKED + b"\r\n-1\r\n\r\n0\r\n\r\n",
    "a chunk of 0x": CHUNKED + b"\r\n0x" + SIZE + BODY + b"\r\n0\r\n\r\n",
    "a chunk beyond 64 bits": CHUNKED + b"\r\nffffffffffffffffff\r\n\r\n",
    "a chunk that runs over": CHUNKED + b"\r\n" + SIZE + BODY + b"XX0\r\n\r\n",
    "chunks with bare line feeds": CHUNKED + b"\r\n" + SIZE.replace(b"\r", b"") + BODY + b"\n0\n\n",
    "a length below zero": POST + b"Content-Length: -1\r\n\r\n" + BODY,
    "a length with a sign": POST + b"Content-Length: +5\r\n\r\n" + BODY,
    "a length in hexadecimal": POST + b"Content-Length: 0x5\r\n\r\n" + BODY,
    "a list of lengths": POST + b"Content-Length: 5, 5\r\n\r\n" + BODY,
    "two lengths": POST + LENGTH + b"Content-Length: 5\r\n\r\n" + BODY,
    "one length twice": POST + LENGTH + LENGTH + b"\r\n" + BODY,
    "a length beyond 64 bits": POST + b"Content-Length: 99999999999999999999\r\n\r\n" + BODY,
    "no length": POST + b"Content-Length: \r\n\r\n" + BODY,
    "a length in words": POST + b"Content-Length: five\r\n\r\n" + BODY,
    "two hosts": GET + b"Host: a\r\nHost: b\r\n\r\n",
    "one host twice": GET + HOST + HOST + b"\r\n",
    "no host": GET + b"\r\n",
    "an empty host": GET + b"Host:\r\n\r\n",
    "a host with a path": GET + b"Host: a/b\r\n\r\n",
    "a host with credentials": GET + b"Host: a@b\r\n\r\n",
    "a list of hosts": GET + b"Host: a, b\r\n\r\n",
    "two media types": POST + b"Content-Type: text/plain\r\n" + LENGTH + b"\r\n" + BODY,
    "a folded line": GET + HOST + b"X-A: b\r\n c\r\n\r\n",
    "a folded host": GET + b"Host: x\r\n y\r\n\r\n",
    "a folded first line": GET + b" Host: x\r\n\r\n",
    "a space in a name": GET + HOST + b"X A: b\r\n\r\n",
    "a space after a name": GET + HOST + b"X-A : b\r\n\r\n",
    "no colon": GET + HOST + b"X-A\r\n\r\n",
    "no name": GET + HOST + b": b\r\n\r\n",
    "NUL in a name": GET + HOST + b"X\0A: b\r\n\r\n",
    "NUL in a value": GET + HOST + b"X-A: b\0c\r\n\r\n",
    "a control character": GET + HOST + b"X-A: b\x01c\r\n\r\n",
    "a bare carriage return": GET + HOST + b"X-A: b\rX-B: c\r\n\r\n",
    "bare line feeds": GET.replace(b"\r", b"") + b"Host: x\n\n",
    "raw bytes in the path": GET.replace(b"healthz", b"\xff") + HOST + b"\r\n",
    "NUL in the path": GET.replace(b"healthz", b"healthz\0") + HOST + b"\r\n",
    "no slash": GET.replace(b"/healthz", b"healthz") + HOST + b"\r\n",
    "an authority": b"CONNECT evil.example:443 HTTP/1.1\r\n" + HOST + b"\r\n",
    "another version": GET.replace(b"1.1", b"9.9") + HOST + b"\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "a method in lower case": GET.replace(b"GET", b"get") + HOST + b"\r\n",
    "a method without end": b"A" * 100_000,
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 100,
    "a header without end": GET + HOST + b"X-A: " + b"a" * 1_000_000,
    "a large header": GET + HOST + b"X-A: " + b"a" * 100_000 + b"\r\n\r\n",
    "headers without end": GET + HOST + b"X-A: b\r\n" * 100_000,
    "an address without end": GET.replace(b"healthz", b"a" * 200_000) + HOST + b"\r\n",
}  # fmt: skip
ANSWERED = {
    "an absolute address": (GET.replace(b"/h", b"http://evil.example/h") + HOST + b"\r\n", [200]),
    "HTTP/1.0 without a host": (GET.replace(b"1.1", b"1.0") + b"\r\n", [200]),
    "three at once": ((GET + HOST + b"\r\n") * 3, [200, 200, 200]),
    "chunks": (CHUNKED + b"\r\n" + SIZE + BODY + b"\r\n0\r\n\r\n", [200]),
    "a trailer": (CHUNKED + b"\r\n" + SIZE + BODY + b"\r\n0\r\nContent-Type: x\r\n\r\n", [200]),
    "an upgrade": (GET + HOST + b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n", [200]),
    "raw bytes in headers": (
        POST + LENGTH + b"User-Agent: \xff\xed\xa0\x80\r\nX-Request-ID: \xff\r\n"
        b"X-Forwarded-For: \xff,,\r\n\r\n" + BODY, [200]),
    "a body where none belongs": (GET + HOST + b"Content-Length: 5\r\n\r\nhello", [200]),
    "a star": (b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n", [404]),
    "a body that is said to be large": (POST + b"Content-Length: 9999999\r\n\r\n" + BODY, [413]),
    "chunks beyond the cap": (CHUNKED + b"\r\n" + (b"4000\r\n" + b" " * 16384 + b"\r\n") * 5,
                              [413]),
    "half a body": (POST + LENGTH + b"\r\n" + BODY[:-1], [408]),
}  # fmt: skip


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder: Path = tmp_path_factory.mktemp("wire")
    hurried = UNLIMITED | {"USERVAULT_SERVER__READ_TIMEOUT": "1"}
    with serving(f"sqlite:///{folder}/app.db", **hurried) as served:
        post(served, "users", json=registration("ada")).raise_for_status()
        yield served


def post(served: Served, path: str, **options: Any) -> httpx.Response:
    return httpx.post(f"{served.url}/api/{path}", timeout=patience(), **options)


def connect(served: Served) -> socket.socket:
    return socket.create_connection(("127.0.0.1", served.port), timeout=patience())


def exchange(served: Served, sent: bytes, expected: int) -> bytes:
    """All that is answered until the connection ends, or so many answers are there."""
    received = b""
    with connect(served) as open_socket:
        try:
            open_socket.sendall(sent)
            while len(statuses(received)) < expected or not received.endswith(b"}"):
                if not (more := open_socket.recv(65536)):
                    break
                received += more
        except ConnectionError:  # it answers what it will not read to the end, and leaves
            received += _rest(open_socket)
    return received


def _rest(open_socket: socket.socket) -> bytes:
    try:
        return open_socket.recv(65536)
    except ConnectionError:
        return b""


def statuses(received: bytes) -> list[int]:
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3})", received)]


@pytest.mark.promise("F1", "F4")
@pytest.mark.parametrize("case", REFUSED)
def test_what_two_servers_could_read_differently_is_refused(served: Served, case: str) -> None:
    received = exchange(served, REFUSED[case], 2)

    found = statuses(received)
    assert found in ([400], [431]) or (found == [] and len(REFUSED[case]) > 65536)
    if found:
        assert MEDIA_TYPE.encode() in received
        assert b"x-request-id: " in received
        assert b"connection: close" in received.lower()
        assert b"server:" not in received.lower()


@pytest.mark.parametrize("case", ANSWERED)
def test_what_can_be_read_in_one_way_is_answered(served: Served, case: str) -> None:
    sent, expected = ANSWERED[case]

    assert statuses(exchange(served, sent, len(expected))) == expected


@pytest.mark.promise("F2")
def test_nothing_in_an_answer_comes_from_the_host(served: Served) -> None:
    token = post(served, "login", content=BODY, headers=AS_JSON).json()["access_token"]
    post(served, "users", json=registration("bob"))
    headers = {"Host": "evil.example", "X-Forwarded-Host": "evil.example",
               "X-Forwarded-Proto": "evil", "Forwarded": "host=evil.example",
               "X-Original-URL": "/evil", "X-Rewrite-URL": "/evil",
               "Authorization": f"Bearer {token}"}  # fmt: skip
    with httpx.Client(base_url=served.url, headers=headers, timeout=patience()) as client:
        asked = ("/api/users?limit=1", "/api/users/", "/docs", "/openapi.json", "/nowhere", "/api")
        answers = [client.get(path) for path in asked]
        answers.append(client.post("/api/users", json=registration("eve")))

    for answer in answers:
        assert "evil" not in answer.text
        assert "evil" not in str(answer.headers)
        assert answer.status_code != 307
    assert answers[0].headers["Link"].startswith("</api/users?")


@pytest.mark.promise("F6")
def test_clients_that_never_finish_keep_nobody_waiting(served: Served) -> None:
    with ExitStack() as stack, httpx.Client(base_url=served.url, timeout=patience()) as client:
        half_open = [stack.enter_context(connect(served)) for _ in range(30)]
        for number, each in enumerate(half_open):
            each.sendall((GET + HOST + b"X-A: ") if number % 2 else POST + LENGTH + b"\r\n{")

        began = time.monotonic()
        assert all(client.get("/healthz").is_success for _ in range(5))
        waited = time.monotonic() - began

        assert waited < patience(2)
        for each in half_open:
            each.settimeout(patience(20))
            while each.recv(65536):  # each is closed in the end
                pass


@pytest.mark.promise("G1")
def test_no_secret_was_said(served: Served) -> None:
    answer = post(served, f"login?password={PASSWORD}", content=BODY, headers=AS_JSON)

    said = served.said()
    assert answer.json()["access_token"] not in said
    assert PASSWORD not in said
    assert "correct%20horse" not in said
    assert "$bcrypt" not in said
    assert '"level": "error"' not in said
