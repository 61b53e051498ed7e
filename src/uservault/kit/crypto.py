"""Small, boring cryptography, in one place."""

import hmac
import json
import os
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256
from secrets import randbelow, token_urlsafe
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE = 12  # bytes, as NIST SP 800-38D recommends for GCM


def random_token() -> str:
    """256 bits that nobody will guess, in 43 URL-safe characters."""
    return token_urlsafe(32)


def random_code() -> str:
    """Six digits for people to type. They can be guessed: count the tries."""
    return f"{randbelow(10**6):06}"


def digest(text: str) -> str:
    """SHA-256 in hexadecimal: a key of bounded length that does not show what it was made of."""
    return sha256(text.encode()).hexdigest()


def derived_key(secret: bytes, purpose: str) -> bytes:
    """A key of 256 bits for one purpose (HKDF, RFC 5869): keys of two purposes tell nothing of
    each other."""
    return HKDF(SHA256(), 32, salt=None, info=f"uservault/{purpose}".encode()).derive(secret)


class Unsealable(Exception):
    """Sealed under a key that is not set any more, for another purpose, or tampered with."""


class Sealer:
    """Keeps secrets at rest, by AES-256-GCM, and what is no secret from being changed, by
    HMAC-SHA-256; under keys that stand in the settings.

    The first key seals and signs, each of them opens and verifies, so that a key can be replaced.
    """

    def __init__(self, secrets: Sequence[bytes]) -> None:
        self._ciphers = [AESGCM(derived_key(secret, "sealing")) for secret in secrets]
        self._mac_keys = [derived_key(secret, "authentication") for secret in secrets]

    def seal(self, secret: bytes, purpose: str) -> str:
        """What to keep, URL-safe. It opens for the same `purpose` only: name the row in it."""
        nonce = os.urandom(NONCE)
        sealed = self._ciphers[0].encrypt(nonce, secret, purpose.encode())
        return urlsafe_b64encode(nonce + sealed).decode()

    def open(self, sealed: str, purpose: str) -> bytes:
        """Raises Unsealable."""
        try:
            raw = b64decode(sealed, altchars=b"-_", validate=True)
        except ValueError:
            raise Unsealable from None
        nonce, secret = raw[:NONCE].ljust(NONCE, b"\0"), raw[NONCE:]
        for cipher in self._ciphers:
            with suppress(InvalidTag):
                return cipher.decrypt(nonce, secret, purpose.encode())
        raise Unsealable

    def mac(self, purpose: str, *facts: Any) -> str:
        """A keyed digest of facts that JSON can hold, in 43 URL-safe characters."""
        return _mac(self._mac_keys[0], purpose, facts)

    def is_mac(self, mac: str | None, purpose: str, *facts: Any) -> bool:
        """Whether it was made by one of our keys, for the same purpose, of the same facts."""
        ours = (_mac(key, purpose, facts).encode() for key in self._mac_keys)
        return any(hmac.compare_digest(each, (mac or "").encode()) for each in ours)


def _mac(key: bytes, purpose: str, facts: Sequence[Any]) -> str:
    # ASCII, and each fact parted from the next by its own marks: two lists never look the same.
    message = json.dumps([purpose, *facts], sort_keys=True, separators=(",", ":"))
    return urlsafe_b64encode(hmac.digest(key, message.encode(), "sha256")).rstrip(b"=").decode()
