"""scrypt in the PHC form, and for the families that write it in other ways."""

import re
from hashlib import scrypt as derive
from hmac import compare_digest

from uservault.passwords.foreign.encoding import bare_base64, from_bare_base64
from uservault.passwords.foreign.known_hash import Alike, KnownHash, Secrets
from uservault.passwords.foreign.refusals import HashTooCostly, MalformedHash

MAX_MEMORY = 128 * 2**20  # bytes
MAX_WORK = 256 * 2**20  # bytes that are gone through
MAX_PARALLEL = 16
MAX_BLOCK = 32
BOUND = "128 MiB (128 * N * r), 256 MiB times p, r = 32, and p = 16"
MIN_BYTES, MAX_BYTES = 16, 64
PHC = re.compile(
    r"(?P<begin>\$scrypt\$ln=(?P<ln>[1-9][0-9]?),r=(?P<r>[1-9][0-9]{0,5}),"
    r"p=(?P<p>[1-9][0-9]{0,5})\$)(?P<salt>[A-Za-z0-9/+]*)\$(?P<checksum>[A-Za-z0-9/+]+)"
)


def phc(text: str) -> KnownHash:
    """`$scrypt$ln=16,r=8,p=1$…`"""
    if not (found := PHC.fullmatch(text)):
        raise MalformedHash("scrypt")
    try:
        salt, checksum = map(from_bare_base64, (found["salt"], found["checksum"]))
    except ValueError:
        raise MalformedHash("scrypt") from None
    cost = 2 ** int(found["ln"]), int(found["r"]), int(found["p"])
    return known("scrypt", cost, salt, checksum, Alike(found["begin"]))


def check(format: str, n: int, r: int, p: int) -> None:
    """Raises HashTooCostly, or MalformedHash for what is no power of two."""
    if n < 2 or n & (n - 1):
        raise MalformedHash(format)
    memory = 128 * n * r
    if memory > MAX_MEMORY or memory * p > MAX_WORK or p > MAX_PARALLEL or r > MAX_BLOCK:
        raise HashTooCostly(format, BOUND)


def derived(password: str, salt: bytes, cost: tuple[int, int, int], length: int) -> bytes:
    n, r, p = cost
    # OpenSSL wants room for some blocks beside the table.
    limit = 128 * r * (n + p + 2) + 2**10
    return derive(password.encode(), salt=salt, n=n, r=r, p=p, maxmem=limit, dklen=length)


def dummy(n: int, r: int, p: int) -> str:
    empty = f"{bare_base64(bytes(16))}${bare_base64(bytes(32))}"
    return f"$scrypt$ln={n.bit_length() - 1},r={r},p={p}${empty}"


def known(
    format: str, cost: tuple[int, int, int], salt: bytes, checksum: bytes, alike: Alike
) -> KnownHash:
    """`cost` is N, r and p. Raises HashTooCostly or MalformedHash."""
    check(format, *cost)
    if not MIN_BYTES <= len(checksum) <= MAX_BYTES:
        raise MalformedHash(format)

    def compare(password: str, _: Secrets) -> bool:
        return compare_digest(derived(password, salt, cost, len(checksum)), checksum)

    parameters = tuple(zip(("n", "r", "p"), cost, strict=True))
    return KnownHash(format, parameters, compare, alike, dummy(*cost))
