from datetime import timedelta
from typing import Literal

from pydantic import (
    Field,
)

from uservault.settings.base import Branch

Algorithm = Literal["HS256", "EdDSA", "ES256", "RS256"]


class TokenSettings(Branch):
    lifetime: timedelta = Field(
        timedelta(minutes=15),
        ge=timedelta(seconds=10),
        le=timedelta(hours=24),
        description="The life of an access token: seconds or ISO 8601 (`PT15M`).",
    )
    leeway: int = Field(30, ge=5, le=60, description="Seconds by which clocks may differ.")
    issuer: str = Field(
        "uservault", min_length=1, max_length=255, description="The `iss` claim of access tokens."
    )
    audience: str = Field(
        "uservault", min_length=1, max_length=255, description="The `aud` claim of access tokens."
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
