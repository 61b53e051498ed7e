"""Creates, names (RFC 7638), serializes and loads key pairs (RFC 7517, RFC 8037)."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

# 2048 bits of RSA (112 bits of strength) outlast the key's life; longer keys sign four times
# slower.
MAKERS: Mapping[str, Callable[[], Any]] = {
    "EdDSA": Ed25519PrivateKey.generate,
    "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "RS256": lambda: rsa.generate_private_key(65537, 2048),
}
PUBLIC = ("crv", "e", "kty", "n", "x", "y")  # the members of a public key and its thumbprint


@dataclass(frozen=True, slots=True, repr=False)
class KeyPair:
    """`private` is PKCS #8."""

    kid: str
    public_jwk: dict[str, Any]
    private: bytes


def generate(algorithm: str) -> KeyPair:
    """Create a pair. RSA takes about 100 ms of CPU."""
    private = MAKERS[algorithm]()
    whole = jwt.get_algorithm_by_name(algorithm).to_jwk(private.public_key(), as_dict=True)
    public: dict[str, Any] = {name: whole[name] for name in PUBLIC if name in whole}
    written = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return KeyPair(thumbprint(public), public, written)


def thumbprint(public_jwk: Mapping[str, Any]) -> str:
    """The key's `kid`, derived from the key alone (RFC 7638)."""
    members = json.dumps(public_jwk, sort_keys=True, separators=(",", ":"))
    return urlsafe_b64encode(sha256(members.encode()).digest()).rstrip(b"=").decode()


def public_key(algorithm: str, public_jwk: Mapping[str, Any]) -> Any:
    return jwt.get_algorithm_by_name(algorithm).from_jwk(dict(public_jwk))


def private_key(written: bytes) -> Any:
    return load_der_private_key(written, password=None)


def purpose(kid: str) -> str:
    """The purpose for which a private key is encrypted. It binds the key to its row."""
    return f"signing-key/{kid}"
