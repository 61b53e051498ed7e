"""Another service, which has our public keys and nothing else; and the forger, who has too."""

import hashlib
import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256


def believes(jwks: list[dict[str, Any]], token: str) -> bool:
    """Verifies the signature by RFC 7515 and the key set alone, without our code or PyJWT."""
    header, payload, signature = token.split(".")
    wanted = json.loads(decoded(header))["kid"]
    jwk = next((key for key in jwks if key["kid"] == wanted), None)
    if jwk is None:
        return False
    try:
        _verify(jwk, decoded(signature), f"{header}.{payload}".encode())
    except InvalidSignature:
        return False
    return True


def _verify(jwk: Mapping[str, str], signature: bytes, data: bytes) -> None:
    match jwk["alg"]:
        case "EdDSA":
            Ed25519PublicKey.from_public_bytes(decoded(jwk["x"])).verify(signature, data)
        case "ES256":
            point = ec.EllipticCurvePublicNumbers(_int(jwk["x"]), _int(jwk["y"]), ec.SECP256R1())
            halves = (int.from_bytes(signature[:32]), int.from_bytes(signature[32:]))
            point.public_key().verify(encode_dss_signature(*halves), data, ec.ECDSA(SHA256()))
        case "RS256":
            key = rsa.RSAPublicNumbers(_int(jwk["e"]), _int(jwk["n"])).public_key()
            key.verify(signature, data, padding.PKCS1v15(), SHA256())


def hmac_signed(header: Any, claims: Any, secret: bytes) -> str:
    """What PyJWT would not sign: with HS256 under any bytes at all, a public key's too."""
    unsigned = assembled(header, claims)
    return f"{unsigned}.{encoded(hmac.digest(secret, unsigned.encode(), hashlib.sha256))}"


def assembled(header: Any, claims: Any) -> str:
    return ".".join(encoded(json.dumps(part).encode()) for part in (header, claims))


def encoded(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _int(text: str) -> int:
    return int.from_bytes(decoded(text))
