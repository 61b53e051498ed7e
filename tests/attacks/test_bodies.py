"""Sections A and E: bodies that were never meant to be understood."""

import gzip
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from httpx import AsyncClient, Response

from tests.support.people import PASSWORD, Person, registration

JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
GOOD = json.dumps(registration("eve")).encode()
DOORS = [("POST", "/users"), ("POST", "/login"), ("PUT", "/users/2"), ("PATCH", "/users/2")]


def but(name: str, value: bytes) -> bytes:
    """The registration with one value written by hand."""
    kept = {key: each for key, each in registration("eve").items() if key != name}
    return json.dumps(kept).encode()[:-1] + f', "{name}": '.encode() + value + b"}"


RAW = {
    "nothing": b"",
    "space": b" ",
    "NUL": b"\0",
    "null": b"null",
    "a number": b"1",
    "a text": b'"x"',
    "a list": b"[]",
    "a list of it": b"[" + GOOD + b"]",
    "half of it": GOOD[:-1],
    "more than it": GOOD + b"}",
    "it twice": GOOD + GOOD,
    "a comment": GOOD + b"// x",
    "single quotes": GOOD.replace(b'"', b"'"),
    "invalid UTF-8": GOOD.replace(b"eve", b"\xff\xfe"),
    "an overlong form": GOOD.replace(b"eve", b"\xc0\xae"),
    "a surrogate in UTF-8": GOOD.replace(b"eve", b"\xed\xa0\x80"),
    "Latin-1": GOOD.replace(b"eve", "ève".encode("latin-1")),
    "UTF-16": GOOD.decode().encode("utf-16"),
    "UTF-16 without a mark": GOOD.decode().encode("utf-16-le"),
    "UTF-32": GOOD.decode().encode("utf-32"),
    "a mark of byte order": b"\xef\xbb\xbf" + GOOD,
    "NaN": but("username", b"NaN"),
    "Infinity": but("username", b"Infinity"),
    "-Infinity": but("password", b"-Infinity"),
    "1e400": but("username", b"1e400"),
    "thousands of digits": but("username", b"9" * 5000),
    "a name twice": but("email", b'"a@example.com", "email": "b@example.com"'),
    "username twice": GOOD[:-1] + b', "username": "root"}',
    "100,000 lists": b"[" * 30_000 + b"]" * 30_000,
    "objects without end": b'{"username":' * 5_000,
    "deep in a field": but("username", b"[" * 20_000 + b"]" * 20_000),
    "a lone surrogate": but("username", b'"\\ud800"'),
    "a lone surrogate in a password": but("password", b'"\\udc00abcdefgh"'),
    "a surrogate in a name": GOOD[:-1] + b', "\\ud800": 1}',
    "NUL in a name": GOOD[:-1] + b', "\\u0000": 1}',
    "NUL in the username": but("username", b'"e\\u0000ve"'),
    "NUL in the address": but("email", b'"e\\u0000ve@example.com"'),
    "NUL in the password": but("password", b'"secret\\u0000word"'),
    "NUL after the password": but("password", b'"correct horse\\u0000"'),
    "a control character": GOOD.replace(b"eve", b"e\x01e"),
    "__proto__": GOOD[:-1] + b', "__proto__": {"is_admin": true}}',
    "an operator": but("username", b'{"$gt": ""}'),
    "a thousand names": b"{" + b",".join(b'"n%d":1' % n for n in range(1000)) + b"}",
    "gzip": gzip.compress(GOOD),
}  # fmt: skip


async def send(who: Person, method: str, path: str, body: Any, **headers: str) -> Response:
    return await who.ask(method, path, content=body, headers=JSON | headers)


def assert_refused(response: Response, *statuses: int) -> None:
    """As a problem that can be read, and that repeats nothing."""
    assert response.status_code in (statuses or (400, 401, 413, 415, 422)), response.text
    assert response.json()["status"] == response.status_code
    assert PASSWORD not in response.text
    assert "Traceback" not in response.text


@pytest.mark.promise("E1", "E7")
@pytest.mark.parametrize(("method", "path"), DOORS, ids=lambda each: each)
async def test_what_is_no_json_object_of_ours_is_refused(
    admin: Person, ada: Person, method: str, path: str
) -> None:
    before = (await admin.get(f"/users/{ada.id}")).json()

    for body in RAW.values():
        assert_refused(await send(admin, method, path, body), 413, 415, 422)

    assert (await admin.get(f"/users/{ada.id}")).json() == before
    assert len((await admin.get("/users")).json()) == 2


@pytest.mark.promise("E8")
@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "gzip, gzip", "GZIP", "x"])
async def test_a_coded_body_is_refused(admin: Person, coding: str) -> None:
    bomb = gzip.compress(b" " * 10_000_000)
    for body in (gzip.compress(GOOD), GOOD, bomb):
        response = await admin.client.post(
            "/users", content=body, headers=JSON | {"Content-Encoding": coding}
        )

        assert_refused(response, 415)


KINDS = [
    "", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
    "application/xml", "text/json", "application", "json", "/", ";", "application/jsonp", "*/*",
    "application/json; charset=utf-16", "application/json; charset=latin1", "application/json\xff",
]  # fmt: skip


@pytest.mark.promise("E7")
async def test_another_media_type_is_refused(admin: Person) -> None:
    for kind in KINDS:
        headers = [(b"Content-Type", kind.encode("latin-1"))]

        assert_refused(await admin.client.post("/users", content=GOOD, headers=headers), 415)


@pytest.mark.parametrize(
    "kind",
    ["application/json;charset=UTF-8", 'application/json; charset="utf-8"', "APPLICATION/JSON"],
)
async def test_json_by_any_of_its_names_is_taken(admin: Person, kind: str) -> None:
    response = await admin.client.post("/users", content=GOOD, headers={"Content-Type": kind})

    assert response.status_code == 201


@pytest.mark.promise("E8")
@pytest.mark.parametrize("length", [None, "5", "0"], ids=str)
async def test_a_body_beyond_the_cap_is_refused_whatever_its_length_says(
    admin: Person, length: str | None
) -> None:
    async def drip() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b" " * 4096

    headers = JSON | ({"Content-Length": length} if length else {})

    response = await admin.client.post("/users", content=drip(), headers=headers)

    assert_refused(response, 413)


@pytest.mark.promise("A5", "A8", "E4")
@pytest.mark.parametrize("field", ["username", "password", "email"])
async def test_a_long_value_costs_no_hash(admin: Person, field: str) -> None:
    for length in (257, 5_000, 60_000, 1_000_000):
        given = registration("eve") | {field: "x" * length}
        response = await admin.client.post("/users", json=given)

        assert_refused(response, 413, 422)


LINES = {
    "nothing": b"",
    "no fields": b"&&&&====",
    "thousands of fields": b"&".join(b"f%d=x" % n for n in range(5000)),
    "a field without end": b"username=" + b"x" * 60_000 + b"&password=y",
    "a password without end": b"username=ada&password=" + b"x" * 60_000,
    "more than the cap": b"username=ada&password=" + b"x" * 70_000,
    "NUL": b"username=ada&password=correct%20horse%00",
    "NUL in the name": b"username=ada%00&password=correct%20horse",
    "invalid UTF-8": b"username=%ff%fe&password=x",
    "raw bytes": b"username=\xff\xfe&password=\xff",
    "a surrogate": b"username=%ed%a0%80&password=x",
    "half an escape": b"username=%&password=%z%",
    "a list": b"username[]=ada&password[]=x",
    "another grant": b"grant_type=client_credentials&username=ada&password=correct%20horse",
    "JSON": b'{"username": "ada", "password": "correct horse"}',
    "semicolons": b"username=ada;password=correct%20horse",
}
PARTS = {
    "no boundary": ("multipart/form-data", b"--x\r\n\r\n"),
    "an empty boundary": ("multipart/form-data; boundary=", b"--\r\n\r\n"),
    "a boundary that never comes": ("multipart/form-data; boundary=y", b"--x\r\n\r\nz\r\n--x--"),
    "a boundary without end": ("multipart/form-data; boundary=" + "y" * 5000, b"--y"),
    "nothing": ("multipart/form-data; boundary=x", b""),
    "half a part": ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-da"),
    "no name": ("multipart/form-data; boundary=x", b"--x\r\n\r\nz\r\n--x--\r\n"),
    "a file": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="username"; filename="a"\r\n\r\na\r\n--x--',
    ),
    "thousands of parts": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' * 1100 + b"--x--\r\n",
    ),
    "a charset there is not": (
        "multipart/form-data; boundary=x; charset=klingon",
        b'--x\r\nContent-Disposition: form-data; name="username"\r\n\r\nada\r\n--x--\r\n',
    ),
    "a header without end": (
        "multipart/form-data; boundary=x",
        b"--x\r\nX-A: " + b"a" * 60_000 + b"\r\n\r\n1\r\n--x--\r\n",
    ),
}  # fmt: skip


@pytest.mark.promise("E7")
@pytest.mark.parametrize("line", LINES)
async def test_a_form_that_is_odd_is_refused(ada: Person, line: str) -> None:
    response = await ada.client.post("/token", content=LINES[line], headers=FORM)

    assert_refused(response)


@pytest.mark.promise("E7")
@pytest.mark.parametrize("part", PARTS)
async def test_a_form_in_parts_that_is_odd_is_refused(ada: Person, part: str) -> None:
    kind, body = PARTS[part]

    response = await ada.client.post("/token", content=body, headers={"Content-Type": kind})

    assert_refused(response)


@pytest.mark.parametrize("charset", ["utf-16", "klingon", "utf-7", "idna", "punycode", "hex"])
async def test_a_form_is_read_as_utf8_whatever_its_charset_says(ada: Person, charset: str) -> None:
    kind = {"Content-Type": f"application/x-www-form-urlencoded; charset={charset}"}

    response = await ada.client.post("/token", content=b"username=%ff&password=x", headers=kind)

    assert_refused(response)


async def test_the_good_ones_are_taken(admin: Person, anyone: AsyncClient) -> None:
    made = await send(admin, "POST", "/users", GOOD)
    form = await anyone.post("/token", data={"username": "eve", "password": PASSWORD})

    assert (made.status_code, form.status_code) == (201, 200)
