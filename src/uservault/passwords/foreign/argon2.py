"""Argon2i, Argon2d and Argon2id in the PHC form. Its library is an extra: `uservault[argon2]`."""

import re
from collections.abc import Iterator
from importlib.util import find_spec

from uservault.passwords.foreign.encoding import bare_base64, from_bare_base64
from uservault.passwords.foreign.known_hash import Alike, KnownHash, Secrets
from uservault.passwords.foreign.refusals import HashTooCostly, MalformedHash

MAX_MEMORY = 128 * 2**10  # KiB
MAX_WORK = 512 * 2**10  # KiB that are gone through
MAX_PASSES = 10
MAX_LANES = 16
BOUND = "m = 131072 (128 MiB), t = 10, 512 MiB times t, and p = 16"
PHC = re.compile(
    r"(?P<begin>\$argon2(?P<type>id|i|d)\$(?:v=(?:16|19)\$)?m=(?P<m>[1-9][0-9]{0,9}),"
    r"t=(?P<t>[1-9][0-9]{0,9}),p=(?P<p>[1-9][0-9]{0,9})\$)"
    r"(?P<salt>[A-Za-z0-9/+]+)\$(?P<checksum>[A-Za-z0-9/+]+)"
)
EXTRA = "the extra `argon2`: pip install 'uservault[argon2]'"


def phc(text: str) -> KnownHash:
    """`$argon2id$v=19$m=65536,t=3,p=4$…`"""
    return known("argon2", text)


def known(format: str, text: str, mark: str = "") -> KnownHash:
    """`mark` is what stands before it in the database. Raises HashTooCostly or MalformedHash."""
    found = PHC.fullmatch(text)
    if not found or not _is_whole(found):
        raise MalformedHash(format)
    m, t, p = (int(found[name]) for name in ("m", "t", "p"))
    if m > MAX_MEMORY or t > MAX_PASSES or m * t > MAX_WORK or p > MAX_LANES:
        raise HashTooCostly(format, BOUND)
    if m < 8 * p:
        raise MalformedHash(format)

    def compare(password: str, _: Secrets) -> bool:
        return _matches(password, text, found["type"])

    empty = f"{bare_base64(bytes(16))}${bare_base64(bytes(32))}"
    return KnownHash(
        format,
        (("m", m), ("t", t), ("p", p)),
        compare,
        Alike(mark + found["begin"]),
        found["begin"] + empty,
        needs_library,
    )


def needs_library(_: Secrets) -> Iterator[str]:
    if not find_spec("argon2"):
        yield EXTRA


def _is_whole(found: re.Match[str]) -> bool:
    try:
        salt, checksum = map(from_bare_base64, (found["salt"], found["checksum"]))
    except ValueError:
        return False
    return 8 <= len(salt) <= 64 and 12 <= len(checksum) <= 64


def _matches(password: str, text: str, type: str) -> bool:
    from argon2.exceptions import VerificationError  # noqa: PLC0415 - an extra
    from argon2.low_level import Type, verify_secret  # noqa: PLC0415

    try:
        kind = {"i": Type.I, "d": Type.D, "id": Type.ID}[type]
        return verify_secret(text.encode(), password.encode(), kind)
    except VerificationError:
        return False
