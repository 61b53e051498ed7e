"""A JWK Set (RFC 7517) and OAuth 2.0 server metadata (RFC 8414)."""

from typing import Literal

from pydantic import Field

from uservault.kit.schema import Schema

KID = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


class PublicKey(Schema):
    """A public key (RFC 7517). RFC 7518 §6 and RFC 8037 define its members."""

    kid: str = Field(description="The key's thumbprint (RFC 7638).", examples=[KID])
    alg: str = Field(
        description="The only algorithm to use with this key. Do not use the token's `alg`.",
        examples=["EdDSA"],
    )
    use: Literal["sig"] = Field("sig", description="The key is for signatures.")
    kty: str = Field(description="The key type: `OKP`, `EC` or `RSA`.", examples=["OKP"])
    crv: str | None = Field(None, description="OKP and EC: the curve.", examples=["Ed25519"])
    x: str | None = Field(None, description="OKP: the public key. EC: the x coordinate.")
    y: str | None = Field(None, description="EC: the y coordinate.")
    n: str | None = Field(None, description="RSA: the modulus.")
    e: str | None = Field(None, description="RSA: the exponent.")


class KeySet(Schema):
    """The public keys that verify our tokens."""

    keys: list[PublicKey] = Field(
        description="The keys. Empty if tokens are signed with a secret (HS256)."
    )


class ServerMetadata(Schema):
    """OAuth 2.0 authorization server metadata (RFC 8414)."""

    issuer: str = Field(description="The `iss` claim of our tokens.", examples=["uservault"])
    jwks_uri: str = Field(description="The URL of the keys that verify our tokens.")
    token_endpoint: str = Field(description="The URL where clients get tokens.")
    revocation_endpoint: str = Field(description="The URL that ends a token's session (RFC 7009).")
    token_endpoint_auth_methods_supported: list[str] = Field(
        description="`none`: clients need no credentials of their own."
    )
    grant_types_supported: list[str] = Field(description="The grants that give tokens.")
    response_types_supported: list[str] = Field(
        description="Empty: there is no authorization endpoint."
    )
