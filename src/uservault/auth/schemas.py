from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from uservault.kit.schema import Schema
from uservault.passwords.schemas import GivenPassword


class Login(Schema):
    username: str = Field(
        max_length=256, description="The username, or the e-mail address.", examples=["ada"]
    )
    password: GivenPassword


class AccessTokenRead(Schema):
    """An access token (RFC 6749 §5.1, RFC 6750)."""

    access_token: str = Field(description="Send it as `Authorization: Bearer <access_token>`.")
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - the scheme's name
    expires_in: int = Field(description="Seconds.", examples=[900])


class PasswordGrant(Schema):
    """OAuth 2.0's password grant (RFC 6749 §4.3.2); clients' own credentials are not used."""

    model_config = ConfigDict(extra="ignore")  # RFC 6749 §3.2 wants it so

    grant_type: Literal["password"] = "password"
    # An empty field of a form is no field.
    username: str = Field(
        min_length=1, max_length=256, description="The username, or the e-mail address."
    )
    password: Annotated[GivenPassword, Field(min_length=1)]
    scope: str = Field("", max_length=1000, description="Ignored: there are no scopes.")
    client_id: str | None = Field(None, max_length=256, description="Ignored.")
    client_secret: str | None = Field(None, max_length=256, description="Ignored.")
