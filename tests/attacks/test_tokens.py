"""Section C: tokens that nobody was given."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from hashlib import sha256
from hmac import new as hmac
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from tests.support.databases import SECRET
from tests.support.people import Person

RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC = ec.generate_private_key(ec.SECP256R1())
HEADER = {"alg": "HS256", "typ": "JWT"}
KEYS = ["", "your-secret-key", "secret", "k" * 31, "k" * 33, "K" * 32, "null"]
ALGS = ["HS384", "HS512", "RS256", "RS512", "PS256", "ES256", "EdDSA", "hs256", "HS256 ", "HS1",
        "A256KW", "dir"]  # fmt: skip
CHOICES: list[dict[str, Any]] = [
    {"jwk": {"kty": "oct", "k": "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg"}},
    {"jku": "http://127.0.0.1:1/keys"}, {"x5u": "http://127.0.0.1:1/c"}, {"x5c": ["AAAA"]},
    {"kid": "../../../../dev/null"}, {"kid": "' OR 1=1 --"}, {"kid": "x" * 2000}, {"kid": 7},
]  # fmt: skip
EXTENSIONS: list[dict[str, Any]] = [
    {"crit": ["exp"]}, {"crit": ["x"], "x": 1}, {"crit": []}, {"crit": "x"}, {"crit": None},
    {"b64": False}, {"b64": False, "crit": ["b64"]}, {"zip": "DEF"}, {"enc": "A256GCM"},
    {"typ": "at+jwt"}, {"typ": "refresh"}, {"cty": "JWT"},
]  # fmt: skip
HEADERS = [b"", b"null", b"[]", b"{}", b'{"alg":"HS256"', b'"HS256"', b"\xff", b"[" * 1000,
           b'{"alg":["HS256"]}', b'{"alg":"HS256","alg":"none"}']  # fmt: skip
NONSENSE: list[str | bytes] = [
    "", ".", "..", "...", "a.b.c", "....", "null", "undefined", "e30.e30.", "e30.e30.e30", " ",
    "\t", "%00", "=.=.=", "a" * 5000, "." * 5000, "../../etc/passwd", '{"alg":"none"}',
    b"\xff\xfe\xfd", "ü.ü.ü".encode(), b"\xed\xa0\x80.a.b",
]  # fmt: skip


def encoded(part: bytes | dict[str, Any]) -> str:
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def signed(
    header: bytes | dict[str, Any], claims: bytes | dict[str, Any], key: bytes = SECRET.encode()
) -> str:
    """By HS256, whatever the header says; the right key unless another is given."""
    message = f"{encoded(header)}.{encoded(claims)}"
    return f"{message}.{encoded(hmac(key, message.encode(), sha256).digest())}"


def claims_of(token: str) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims


async def opened(user: Person, tokens: Mapping[Any, str | bytes]) -> list[Any]:
    """Those of the tokens, by name, that are not refused as they should be."""
    statuses = {name: await status(user, token) for name, token in tokens.items()}
    return [name for name, status in statuses.items() if status != 401]


async def status(user: Person, token: str | bytes) -> int:
    raw = token if isinstance(token, bytes) else token.encode("latin-1")
    headers = [(b"Authorization", b"Bearer " + raw)]
    response = await user.client.get(f"/users/{user.id}", headers=headers)
    if response.status_code == 401:
        assert response.headers["WWW-Authenticate"].startswith("Bearer ")
        assert response.json()["code"] in ("invalid-token", "unauthorized")
    return response.status_code


async def test_the_forger_would_succeed_with_nothing_changed(ada: Person) -> None:
    assert await status(ada, signed(HEADER, claims_of(ada.token))) == 200


@pytest.mark.promise("C1")
@pytest.mark.parametrize("signature", ["", ".", ".AA", None], ids=repr)
async def test_no_signature_opens_nothing(ada: Person, signature: str | None) -> None:
    rest = f".{ada.token.rpartition('.')[2]}" if signature is None else signature
    payload = encoded(claims_of(ada.token))
    algs: list[Any] = ["none", "None", "NONE", "nOnE", " none", "", None, 0, [], {}]
    tokens = {str(alg): f"{encoded({'alg': alg, 'typ': 'JWT'})}.{payload}{rest}" for alg in algs}

    assert await opened(ada, tokens) == []


@pytest.mark.promise("C1")
async def test_no_other_algorithm_is_spoken(ada: Person) -> None:
    claims = claims_of(ada.token)
    tokens = {alg: signed(HEADER | {"alg": alg}, claims) for alg in ALGS}

    assert await opened(ada, tokens) == []


@pytest.mark.promise("C1")
@pytest.mark.parametrize(("alg", "key"), [("RS256", RSA), ("PS256", RSA), ("ES256", EC)])
async def test_no_key_pair_is_trusted(ada: Person, alg: str, key: Any) -> None:
    jwk = json.loads(jwt.get_algorithm_by_name(alg).to_jwk(key.public_key()))
    claims = claims_of(ada.token)
    tokens = {
        "alone": jwt.encode(claims, key, alg),
        "with its public half": jwt.encode(claims, key, alg, headers={"jwk": jwk}),
    }

    assert await opened(ada, tokens) == []


@pytest.mark.promise("C5")
async def test_no_published_key_signs(ada: Person) -> None:
    claims = claims_of(ada.token)
    tokens = {key: signed(HEADER, claims, key.encode()) for key in KEYS}

    assert await opened(ada, tokens) == []


@pytest.mark.promise("C1")
async def test_a_header_never_chooses_the_key(ada: Person) -> None:
    claims = claims_of(ada.token)
    tokens = {
        (str(extra)[:30], key): signed(HEADER | extra, claims, key)
        for extra in CHOICES
        for key in (b"x" * 32, b"", b"' OR 1=1 --")
    }

    assert await opened(ada, tokens) == []


@pytest.mark.promise("C2")
async def test_no_extension_of_the_header_is_understood(ada: Person) -> None:
    claims = claims_of(ada.token)
    tokens = {str(each): signed(HEADER | each, claims) for each in EXTENSIONS}

    assert await opened(ada, tokens) == []


HUGE = b"9" * 5000
ODD: dict[str, Callable[[str], bytes]] = {
    "1e400": lambda claims: _with(claims, "exp", b"1e400"),
    "infinity": lambda claims: _with(claims, "exp", b"Infinity"),
    "nan": lambda claims: _with(claims, "iat", b"NaN"),
    "thousands of digits": lambda claims: _with(claims, "exp", HUGE),
    "a subject of digits without end": lambda claims: _with(claims, "sub", b'"' + HUGE + b'"'),
    "a subject that is a number": lambda claims: _with(claims, "sub", b"1"),
    "a subject with a sign": lambda claims: _with(claims, "sub", b'"+1"'),
    "a subject in Arabic digits": lambda claims: _with(claims, "sub", '"١"'.encode()),
    "a subject with a space": lambda claims: _with(claims, "sub", b'"1 "'),
    "a subject with an end of line": lambda claims: _with(claims, "sub", b'"1\\n"'),
    "a lone surrogate": lambda claims: _with(claims, "jti", b'"\\ud800"'),
    "NUL": lambda claims: _with(claims, "jti", b'"\\u0000"'),
    "true": lambda claims: _with(claims, "exp", b"true"),
    "a list of audiences": lambda claims: _with(claims, "aud", b'["uservault", "x"]'),
    "another type": lambda claims: _with(claims, "typ", b'"refresh"'),
    "another type in capitals": lambda claims: _with(claims, "typ", b'"ACCESS"'),
    "deep nesting": lambda claims: _with(claims, "jti", b"[" * 900 + b"]" * 900),
    "a claim twice": lambda claims: claims.encode()[:-1] + b', "sub": "1"}',
    "not UTF-8": lambda claims: claims.encode().replace(b"uservault", b"\xff\xfe"),
    "UTF-16": lambda claims: claims.encode("utf-16"),
    "a mark of byte order": lambda claims: claims.encode("utf-8-sig"),
    "no object": lambda _: b"[]",
    "null": lambda _: b"null",
    "nothing": lambda _: b"",
    "text": lambda _: b"access granted",
}


def _with(claims: str, name: str, value: bytes) -> bytes:
    kept = {key: each for key, each in json.loads(claims).items() if key != name}
    return json.dumps(kept).encode()[:-1] + f', "{name}": '.encode() + value + b"}"


@pytest.mark.promise("C3", "C4")
async def test_a_payload_that_is_odd_is_refused(ada: Person) -> None:
    claims = json.dumps(claims_of(ada.token))
    tokens = {odd: signed(HEADER, make(claims)) for odd, make in ODD.items()}

    assert await opened(ada, tokens) == []


@pytest.mark.promise("C1", "C4")
async def test_a_header_that_is_odd_is_refused(ada: Person) -> None:
    claims = claims_of(ada.token)
    tokens = {header: signed(header, claims) for header in HEADERS}

    assert await opened(ada, tokens) == []


@pytest.mark.promise("C4")
async def test_what_is_no_token_is_refused(ada: Person) -> None:
    tokens = {token: token for token in NONSENSE}

    assert await opened(ada, tokens) == []


async def test_a_token_that_is_nearly_right_is_refused(ada: Person) -> None:
    changes = ["{}x", "{}=", "{}==", "x{}", "{}.", "{}\t{}", "{},{}", '"{}"', "{}\xa0"]
    tokens = {change: change.replace("{}", ada.token) for change in changes}

    assert await opened(ada, tokens | {"cut": ada.token[:-1]}) == []


@pytest.mark.promise("C9")
@pytest.mark.parametrize(
    "place",
    [{"params": {"access_token": "{}"}}, {"params": {"token": "{}"}},
     {"headers": {"Cookie": "access_token={}"}}, {"headers": {"Cookie": "Authorization=Bearer {}"}},
     {"headers": {"X-Authorization": "Bearer {}"}}, {"headers": {"X-Access-Token": "{}"}},
     {"headers": {"Proxy-Authorization": "Bearer {}"}}, {"headers": {"X-Api-Key": "{}"}},
     {"headers": {"Authorization": "Token {}"}}, {"headers": {"Authorization": "JWT {}"}},
     {"headers": {"Authorization": "Bearer={}"}}, {"headers": {"Authorization": "Bearer\t{}"}},
     {"json": {"access_token": "{}"}}, {"data": {"access_token": "{}"}}],
    ids=str,
)  # fmt: skip
async def test_a_token_counts_in_one_place_only(
    ada: Person, place: dict[str, dict[str, str]]
) -> None:
    options: Any = {
        kind: {name: value.replace("{}", ada.token) for name, value in given.items()}
        for kind, given in place.items()
    }

    response = await ada.client.request("GET", f"/users/{ada.id}", **options)

    assert response.status_code == 401


@pytest.mark.promise("C9")
@pytest.mark.parametrize("other", ["Bearer x", "Basic eDp5", "", "Bearer {}"])
@pytest.mark.parametrize("first", [True, False])
async def test_two_credentials_are_none(ada: Person, other: str, first: bool) -> None:
    pair = [("Authorization", f"Bearer {ada.token}"), ("Authorization", other.format(ada.token))]

    response = await ada.client.get(f"/users/{ada.id}", headers=pair if first else pair[::-1])

    assert response.status_code == 401
