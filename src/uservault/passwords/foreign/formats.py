"""Every format of hashes that a login can verify, by how its hashes begin."""

from collections.abc import Callable, Mapping

from uservault.passwords.foreign import argon2, bcrypt, django, pbkdf2, scrypt, werkzeug
from uservault.passwords.foreign.known_hash import KnownHash, Secrets
from uservault.passwords.foreign.refusals import HashRefused, UnknownFormat

MAX_LENGTH = 255  # characters, as the database keeps them
FORMATS: Mapping[str, Callable[[str], KnownHash]] = {
    "$2": bcrypt.plain,
    "$bcrypt-sha256$": bcrypt.by_passlib,
    "$argon2": argon2.phc,
    "$pbkdf2": pbkdf2.phc,
    "{PBKDF2": pbkdf2.ldap,
    "$scrypt$": scrypt.phc,
    "pbkdf2:": werkzeug.by_pbkdf2,
    "scrypt:": werkzeug.by_scrypt,
    "pbkdf2_sha": django.by_pbkdf2,
    "scrypt$": django.by_scrypt,
    "argon2$": django.by_argon2,
    "bcrypt$": django.by_bcrypt,
    "bcrypt_sha256$": django.by_bcrypt_sha256,
}
NONE = Secrets()


def recognise(text: str) -> KnownHash:
    """Raises HashRefused."""
    reading = next((FORMATS[each] for each in FORMATS if text.startswith(each)), None)
    if reading is None or len(text) > MAX_LENGTH:
        raise UnknownFormat
    known = reading(text)
    known.require(NONE)
    return known


def recognised(text: str) -> KnownHash | None:
    """None for what is refused."""
    try:
        return recognise(text)
    except HashRefused:
        return None
