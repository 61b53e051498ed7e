"""PBKDF2 as PHC, passlib and LDAP write it, and for the families that write it in other ways."""

import re
from hashlib import pbkdf2_hmac
from hmac import compare_digest

from uservault.passwords.foreign.encoding import bare_base64, from_bare_base64
from uservault.passwords.foreign.known_hash import Alike, KnownHash, Secrets
from uservault.passwords.foreign.refusals import HashTooCostly, MalformedHash

MAX_ITERATIONS = 2_000_000
MAX_PASSES = 6_000_000  # an iteration for each block that the digest has
BOUND = "2,000,000 iterations, and 6,000,000 times the blocks of the digest"
MIN_BYTES, MAX_BYTES = 16, 64
SIZES = {"sha1": 20, "sha256": 32, "sha512": 64}
PHC = re.compile(
    r"(?P<begin>\$pbkdf2(?:-(?P<digest>sha1|sha256|sha512))?\$"
    r"(?:i=(?P<phc>[1-9][0-9]{0,9})(?:,l=(?P<length>[1-9][0-9]?))?|(?P<mcf>[1-9][0-9]{0,9}))\$)"
    r"(?P<salt>[A-Za-z0-9./+]*)\$(?P<checksum>[A-Za-z0-9./+]+)"
)
LDAP = re.compile(
    r"(?P<begin>\{PBKDF2(?:-(?P<digest>SHA1|SHA256|SHA512))?\}(?P<iterations>[1-9][0-9]{0,9})\$)"
    r"(?P<salt>[A-Za-z0-9./+]*)\$(?P<checksum>[A-Za-z0-9./+]+)"
)


def phc(text: str) -> KnownHash:
    """`$pbkdf2-sha256$29000$…` by passlib, or `$pbkdf2-sha256$i=29000,l=32$…` in the PHC form.

    Without `l`, the digest has the length that its function gives.
    """
    found = _match(PHC, text, "pbkdf2")
    digest = found["digest"] or "sha1"
    length = int(found["length"] or SIZES[digest])
    iterations = int(found["phc"] or found["mcf"])
    return _bare(found, "pbkdf2", digest, iterations, length)


def ldap(text: str) -> KnownHash:
    """`{PBKDF2-SHA256}29000$…`"""
    found = _match(LDAP, text, "{PBKDF2}")
    digest = (found["digest"] or "SHA1").lower()
    return _bare(found, "{PBKDF2}", digest, int(found["iterations"]), SIZES[digest])


def known(
    format: str, digest: str, iterations: int, salt: bytes, checksum: bytes, beginning: str
) -> KnownHash:
    """Raises HashTooCostly or MalformedHash."""
    length = len(checksum)
    if not MIN_BYTES <= length <= MAX_BYTES:
        raise MalformedHash(format)
    blocks = -(-length // SIZES[digest])
    if iterations > MAX_ITERATIONS or iterations * blocks > MAX_PASSES:
        raise HashTooCostly(format, BOUND)

    def compare(password: str, _: Secrets) -> bool:
        computed = pbkdf2_hmac(digest, password.encode(), salt, iterations, length)
        return compare_digest(computed, checksum)

    empty = f"{bare_base64(bytes(16))}${bare_base64(bytes(length))}"
    return KnownHash(
        format,
        (("iterations", iterations), ("bytes", length)),
        compare,
        Alike(beginning),
        f"$pbkdf2-{digest}$i={iterations},l={length}${empty}",
    )


def _match(pattern: re.Pattern[str], text: str, format: str) -> re.Match[str]:
    if not (found := pattern.fullmatch(text)):
        raise MalformedHash(format)
    return found


def _bare(
    found: re.Match[str], format: str, digest: str, iterations: int, length: int
) -> KnownHash:
    try:
        salt, checksum = map(from_bare_base64, (found["salt"], found["checksum"]))
    except ValueError:
        raise MalformedHash(format) from None
    if len(checksum) != length:
        raise MalformedHash(format)
    return known(format, digest, iterations, salt, checksum, found["begin"])
