from typing import Literal

from pydantic import ConfigDict, Field

from uservault.kit.schema import Schema
from uservault.passwords.schemas import GivenPassword

GivenToken = Field(
    max_length=2048,
    description="The latest refresh token of the session.",
    json_schema_extra={"format": "password"},
)


NO_NUL = r"^[^\x00]*$"  # PostgreSQL refuses text with one


class Login(Schema):
    username: str = Field(
        max_length=256,
        pattern=NO_NUL,
        description="Your username or e-mail address.",
        examples=["ada"],
    )
    password: GivenPassword


class Refresh(Schema):
    refresh_token: str = GivenToken


class TokenRead(Schema):
    """An access token and the refresh token for the next one (RFC 6749 §5.1, RFC 6750)."""

    access_token: str = Field(description="Send it as `Authorization: Bearer <access_token>`.")
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - the scheme's name
    expires_in: int = Field(description="Seconds that the access token lasts.", examples=[900])
    refresh_token: str = Field(
        description="Opaque. Send it to `refresh` for the next pair, then forget it."
    )


class TokenGrant(Schema):
    """OAuth 2.0 password and refresh grants (RFC 6749 §4.3.2, §6). Clients have no credentials."""

    model_config = ConfigDict(extra="ignore")  # RFC 6749 §3.2 wants it so

    grant_type: Literal["password", "refresh_token"] = Field(
        "password", description="What you exchange for the tokens."
    )
    username: str = Field(
        "",
        max_length=256,
        pattern=NO_NUL,
        description="`password`: your username or e-mail address.",
    )
    password: GivenPassword = Field("", description="`password`: the password.")
    refresh_token: str = Field("", max_length=2048, description="`refresh_token`: the latest one.")
    scope: str = Field("", max_length=1000, description="Ignored: there are no scopes.")
    client_id: str | None = Field(None, max_length=256, description="Ignored.")
    client_secret: str | None = Field(None, max_length=256, description="Ignored.")
