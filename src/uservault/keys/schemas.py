"""What other services read: a JWK Set (RFC 7517), and the metadata of RFC 8414."""

from typing import Literal

from pydantic import Field

from uservault.kit.schema import Schema
from uservault.settings.tokens import Algorithm

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
    """What is true of us, of all that OpenID Connect ServerMetadata and RFC 8414 can say."""

    issuer: str = Field(description="`iss` of our tokens.", examples=["uservault"])
    jwks_uri: str = Field(description="Where our keys are.")
    token_endpoint: str = Field(description="Where a token is had for a password.")
    token_endpoint_auth_methods_supported: list[str] = Field(
        description="Clients have no credentials of their own."
    )
    grant_types_supported: list[str] = Field(description="What a token is had for.")
    response_types_supported: list[str] = Field(description="None: we show no login page.")
    subject_types_supported: list[str] = Field(description="`sub` is the same for everybody.")
    id_token_signing_alg_values_supported: list[Algorithm] = Field(
        description="How our tokens are signed: the access tokens, for there are no others."
    )
