"""Hashes of Django. Its names of algorithms stand before what the libraries write."""

import re
from hashlib import sha256

from uservault.passwords.foreign import argon2, bcrypt, pbkdf2, scrypt
from uservault.passwords.foreign.encoding import from_base64, parts
from uservault.passwords.foreign.known_hash import Alike, KnownHash, Secrets

FORMAT = "django"
PBKDF2 = re.compile(
    r"(?P<begin>pbkdf2_(?P<digest>sha1|sha256)\$(?P<iterations>[1-9][0-9]{0,9})\$)"
    r"(?P<salt>[^$]+)\$(?P<checksum>[A-Za-z0-9/+=]+)"
)
SCRYPT = re.compile(
    r"(?P<begin>scrypt\$(?P<n>[1-9][0-9]{0,9})\$)(?P<salt>[^$]+)"
    r"(?P<within>\$(?P<r>[1-9][0-9]{0,5})\$(?P<p>[1-9][0-9]{0,5})\$)"
    r"(?P<checksum>[A-Za-z0-9/+=]+)"
)
PLAIN, HASHED = "bcrypt$", "bcrypt_sha256$"


def by_pbkdf2(text: str) -> KnownHash:
    """`pbkdf2_sha256$1200000$…`"""
    found, checksum = parts(FORMAT, PBKDF2, text, from_base64)
    iterations, salt = int(found["iterations"]), found["salt"].encode()
    return pbkdf2.known(FORMAT, found["digest"], iterations, salt, checksum, found["begin"])


def by_scrypt(text: str) -> KnownHash:
    """`scrypt$16384$…$8$5$…`: the salt stands between N and the other parameters."""
    found, checksum = parts(FORMAT, SCRYPT, text, from_base64)
    cost = int(found["n"]), int(found["r"]), int(found["p"])
    alike = Alike(found["begin"], within=found["within"])
    return scrypt.known(FORMAT, cost, found["salt"].encode(), checksum, alike)


def by_argon2(text: str) -> KnownHash:
    """`argon2$argon2id$v=19$…`"""
    return argon2.known(FORMAT, text.removeprefix("argon2"), mark="argon2")


def by_bcrypt(text: str) -> KnownHash:
    """`bcrypt$$2b$12$…`. It counts the first 72 bytes of a password."""
    return _bcrypt(text, PLAIN, lambda password: password.encode())


def by_bcrypt_sha256(text: str) -> KnownHash:
    """`bcrypt_sha256$$2b$12$…`, over the SHA-256 of the password in hexadecimal."""
    return _bcrypt(text, HASHED, lambda password: sha256(password.encode()).hexdigest().encode())


def _bcrypt(text: str, mark: str, prepared: bcrypt.Prepared) -> KnownHash:
    hash = text.removeprefix(mark)

    def compare(password: str, _: Secrets) -> bool:
        return bcrypt.matches(prepared(password), hash)

    return bcrypt.known(FORMAT, bcrypt.PLAIN, hash, compare, mark)
