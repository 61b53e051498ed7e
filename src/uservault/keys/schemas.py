"""What other services read: a JWK Set (RFC 7517), and the metadata of RFC 8414."""

from typing import Literal

from pydantic import Field

from uservault.kit.schema import Schema

KID = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


class PublicKey(Schema):
    """The public half of a key pair (RFC 7517; RFC 7518 §6, RFC 8037 for its members)."""

    kid: str = Field(description="Its thumbprint (RFC 7638).", examples=[KID])
    alg: str = Field(
        description="The only algorithm that it is good for, whatever a token says.",
        examples=["EdDSA"],
    )
    use: Literal["sig"] = "sig"
    kty: str = Field(description="`OKP`, `EC` or `RSA`.", examples=["OKP"])
    crv: str | None = Field(None, description="The curve.", examples=["Ed25519"])
    x: str | None = Field(None, description="OKP and EC: the point, or its first coordinate.")
    y: str | None = Field(None, description="EC: the second coordinate.")
    n: str | None = Field(None, description="RSA: the modulus.")
    e: str | None = Field(None, description="RSA: the exponent.")


class KeySet(Schema):
    """The keys that verify our tokens; none if they are signed with a secret (HS256)."""

    keys: list[PublicKey]


class ServerMetadata(Schema):
    """What OAuth 2.0 clients need to know of us (RFC 8414)."""

    issuer: str = Field(description="`iss` of our tokens.", examples=["uservault"])
    jwks_uri: str = Field(description="Where the keys are that verify our tokens.")
    token_endpoint: str = Field(description="Where clients get tokens.")
    token_endpoint_auth_methods_supported: list[str] = Field(
        description="`none`: clients have no credentials of their own."
    )
    grant_types_supported: list[str] = Field(description="What clients can exchange for a token.")
    response_types_supported: list[str] = Field(
        description="Empty: there is no authorization endpoint."
    )
