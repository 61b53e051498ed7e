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
        description="How long an access token is good for: seconds, or ISO 8601 (`PT15M`).",
    )
    leeway: int = Field(30, ge=5, le=60, description="Seconds that clocks may differ.")
    issuer: str = Field("uservault", min_length=1, max_length=255, description="`iss` of a token.")
    audience: str = Field("uservault", min_length=1, max_length=255, description="`aud`, likewise.")
    algorithm: Algorithm = Field(
        "HS256",
        description="`HS256` signs with JWT_SECRET_KEY; `EdDSA`, `ES256` and `RS256` with key pairs"
        " that the database keeps, for others to verify by.",
    )
    key_lead: timedelta = Field(
        timedelta(minutes=2),
        ge=timedelta(seconds=1),
        le=timedelta(days=7),
        description="How long the next key pair is published before it signs.",
    )
