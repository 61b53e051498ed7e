import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import (
    Field,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import NoDecode

from uservault.settings.base import Branch, OrNone, split

AUDIENCE = re.compile(r"[!-~]{1,255}")  # visible ASCII, since it travels in forms and tokens
LONGEST = timedelta(hours=24)  # the life of any token, by whatever settings it was issued
DEFAULT_ISSUER = "uservault"  # without a public URL
Algorithm = Literal["HS256", "EdDSA", "ES256", "RS256"]


class TokenSettings(Branch):
    lifetime: timedelta = Field(
        timedelta(minutes=15),
        ge=timedelta(seconds=10),
        le=LONGEST,
        description="The life of an access token: seconds or ISO 8601 (`PT15M`).",
    )
    leeway: int = Field(30, ge=5, le=60, description="Seconds by which clocks may differ.")
    issuer: OrNone[str] = Field(
        None,
        max_length=255,
        description="The `iss` claim of access tokens. Default: USERVAULT_PUBLIC_URL, or"
        " `uservault` without one.",
    )
    audience: str = Field(
        "uservault", min_length=1, max_length=255, description="The `aud` claim of access tokens."
    )
    audiences: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Comma-separated audiences of other services, for which users may exchange"
        " their access token for a short one. Default: none.",
    )
    exchanged_lifetime: timedelta = Field(
        timedelta(minutes=5),
        ge=timedelta(seconds=10),
        le=timedelta(minutes=5),
        description="The life of an exchanged token: seconds or ISO 8601 (`PT5M`).",
    )
    algorithm: Algorithm = Field(
        "HS256",
        description="How access tokens are signed. `HS256`: with JWT_SECRET_KEY. `EdDSA`, `ES256`,"
        " `RS256`: with key pairs in the database, which let other services verify them.",
    )
    key_lead: timedelta = Field(
        timedelta(minutes=2),
        ge=timedelta(seconds=1),
        le=timedelta(days=7),
        description="How long the next key pair is published before it signs.",
    )

    def issuer_at(self, public_url: str) -> str:
        """The `iss` claim of new access tokens: a URL where there is one (RFC 8414 §2)."""
        return self.issuer or public_url or DEFAULT_ISSUER

    def issuers_at(self, public_url: str) -> frozenset[str]:
        """Those that we accept: tokens from before the public URL was set live on."""
        issuer = self.issuer_at(public_url)
        return frozenset({issuer} if self.issuer else {issuer, DEFAULT_ISSUER})

    @field_validator("audiences", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(split(value)) if isinstance(value, str) else value

    @field_validator("audiences")
    @classmethod
    def _of_others(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if not all(map(AUDIENCE.fullmatch, value)):
            raise ValueError("each should have 1 to 255 visible ASCII characters")
        if info.data.get("audience") in value:
            raise ValueError("should not list USERVAULT_TOKENS__AUDIENCE, which is our own")
        return value

    def faults_in_production(self) -> Iterator[str]:
        if self.audiences and self.algorithm == "HS256":
            yield (
                "USERVAULT_TOKENS__AUDIENCES: needs key pairs (USERVAULT_TOKENS__ALGORITHM); who"
                " verifies HS256 can sign as UserVault, too"
            )
