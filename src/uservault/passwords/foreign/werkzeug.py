"""Hashes of Werkzeug, which Flask comes with."""

import re

from uservault.passwords.foreign import pbkdf2, scrypt
from uservault.passwords.foreign.encoding import from_hex, parts
from uservault.passwords.foreign.known_hash import Alike, KnownHash

DEFAULT_ITERATIONS = 1_000_000  # of Werkzeug 3.1, for a hash that does not say
PBKDF2 = re.compile(
    r"(?P<begin>pbkdf2:(?P<digest>sha1|sha256|sha512)(?::(?P<iterations>[1-9][0-9]{0,9}))?\$)"
    r"(?P<salt>[^$]+)\$(?P<checksum>[0-9a-f]+)"
)
SCRYPT = re.compile(
    r"(?P<begin>scrypt:(?P<n>[1-9][0-9]{0,9}):(?P<r>[1-9][0-9]{0,5}):(?P<p>[1-9][0-9]{0,5})\$)"
    r"(?P<salt>[^$]+)\$(?P<checksum>[0-9a-f]+)"
)


def by_pbkdf2(text: str) -> KnownHash:
    """`pbkdf2:sha256:600000$…`"""
    found, checksum = parts("werkzeug", PBKDF2, text, from_hex)
    iterations = int(found["iterations"] or DEFAULT_ITERATIONS)
    salt = found["salt"].encode()
    return pbkdf2.known("werkzeug", found["digest"], iterations, salt, checksum, found["begin"])


def by_scrypt(text: str) -> KnownHash:
    """`scrypt:32768:8:1$…`"""
    found, checksum = parts("werkzeug", SCRYPT, text, from_hex)
    cost = int(found["n"]), int(found["r"]), int(found["p"])
    return scrypt.known("werkzeug", cost, found["salt"].encode(), checksum, Alike(found["begin"]))
