"""Random tokens, digests, derived keys, and encryption at rest."""

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
    """256 random bits in 43 URL-safe characters."""
    return token_urlsafe(32)


def random_code() -> str:
    """Six digits for people to type. They can be guessed: limit the tries."""
    return f"{randbelow(10**6):06}"


def digest(text: str) -> str:
    """SHA-256 in hexadecimal: 64 characters that do not reveal the text."""
    return sha256(text.encode()).hexdigest()


def derived_key(secret: bytes, purpose: str) -> bytes:
    """A 256-bit key for one purpose (HKDF, RFC 5869). It reveals nothing about other keys."""
    return HKDF(SHA256(), 32, salt=None, info=f"uservault/{purpose}".encode()).derive(secret)


class Unsealable(Exception):
    """The text was encrypted with an unknown key or for another purpose, or was changed."""


class Sealer:
    """Encrypts secrets at rest with AES-256-GCM and protects facts from change by HMAC-SHA-256.

    The keys come from the settings. The first one encrypts and signs; all of them decrypt and
    verify, so that a key can be replaced.
    """

    def __init__(self, secrets: Sequence[bytes]) -> None:
        self._ciphers = [AESGCM(derived_key(secret, "sealing")) for secret in secrets]
        self._mac_keys = [derived_key(secret, "authentication") for secret in secrets]

    def seal(self, secret: bytes, purpose: str) -> str:
        """Encrypt to URL-safe text. Only the same `purpose` decrypts it: name the row in it."""
        nonce = os.urandom(NONCE)
        sealed = self._ciphers[0].encrypt(nonce, secret, purpose.encode())
        return urlsafe_b64encode(nonce + sealed).decode()

    def open(self, sealed: str, purpose: str) -> bytes:
        """Decrypt. Raises Unsealable."""
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
        """A keyed digest in 43 URL-safe characters. JSON must be able to hold the facts."""
        return _mac(self._mac_keys[0], purpose, facts)

    def is_mac(self, mac: str | None, purpose: str, *facts: Any) -> bool:
        """Whether one of our keys made `mac` for this purpose and these facts."""
        ours = (_mac(key, purpose, facts).encode() for key in self._mac_keys)
        return any(hmac.compare_digest(each, (mac or "").encode()) for each in ours)


def _mac(key: bytes, purpose: str, facts: Sequence[Any]) -> str:
    # JSON keeps facts apart: two different lists never give the same message.
    message = json.dumps([purpose, *facts], sort_keys=True, separators=(",", ":"))
    return urlsafe_b64encode(hmac.digest(key, message.encode(), "sha256")).rstrip(b"=").decode()
