"""bcrypt as all systems write it, and passlib's over a digest of the password."""

import re
from collections.abc import Callable
from hmac import compare_digest
from typing import TypeAlias

from bcrypt import hashpw

from uservault.passwords.costs import DUMMY_BCRYPT
from uservault.passwords.foreign.known_hash import Alike, Compare, KnownHash, Secrets
from uservault.passwords.foreign.refusals import HashTooCostly, MalformedHash
from uservault.passwords.library import handler

Prepared: TypeAlias = Callable[[str], bytes]

MAX_ROUNDS = 14
BOUND = "a cost of 14"
# Their last characters hold two and four bits, and no more.
SALT = r"[./A-Za-z0-9]{21}[.Oeu]"
CHECKSUM = r"[./A-Za-z0-9]{30}[.CGKOSWaeimquy26]"
PLAIN = re.compile(rf"(?P<begin>\$2[aby]\$(?P<rounds>[0-9]{{2}})\$){SALT}{CHECKSUM}")
BY_PASSLIB = re.compile(
    r"(?P<begin>\$bcrypt-sha256\$(?:v=2,t=2b,r=|2[ab],)(?P<rounds>[1-9][0-9]?)\$)"
    rf"{SALT}\${CHECKSUM}"
)


def plain(text: str) -> KnownHash:
    """`$2b$12$…`. Like all of them, it counts the first 72 bytes of a password."""

    def compare(password: str, _: Secrets) -> bool:
        return matches(password.encode(), text)

    return known("bcrypt", PLAIN, text, compare)


def by_passlib(text: str) -> KnownHash:
    """`$bcrypt-sha256$v=2,t=2b,r=12$…`, or the earlier `$bcrypt-sha256$2b,12$…`."""

    def compare(password: str, _: Secrets) -> bool:
        return bool(handler("bcrypt_sha256").verify(password, text))

    return known("bcrypt_sha256", BY_PASSLIB, text, compare)


def known(
    format: str, pattern: re.Pattern[str], text: str, compare: Compare, mark: str = ""
) -> KnownHash:
    """`mark` is what stands before it in the database. Raises HashTooCostly or MalformedHash."""
    found = pattern.fullmatch(text)
    rounds = int(found["rounds"]) if found else 0
    if not found or rounds < 4:
        raise MalformedHash(format)
    if rounds > MAX_ROUNDS:
        raise HashTooCostly(format, BOUND)
    alike = Alike(mark + found["begin"])
    return KnownHash(format, (("rounds", rounds),), compare, alike, DUMMY_BCRYPT.format(rounds))


def matches(password: bytes, hash: str) -> bool:
    """Whether a plain bcrypt hash is of these bytes."""
    return compare_digest(hashpw(password, hash.encode()), hash.encode())
