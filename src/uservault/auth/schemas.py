from typing import Literal

from pydantic import ConfigDict, Field

from uservault.kit.permission_names import PermissionName
from uservault.kit.problems import Invalid, pointer
from uservault.kit.schema import Schema
from uservault.passwords.schemas import GivenPassword, NewPassword

GivenToken = Field(
    max_length=2048,
    description="The latest refresh token of the session.",
    json_schema_extra={"format": "password"},
)


NO_NUL = r"^[^\x00]*$"  # PostgreSQL refuses text with one
ACCESS_TOKEN: Literal["urn:ietf:params:oauth:token-type:access_token"] = (
    "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 - its name in RFC 8693
)


NEEDED = {"password": ("username", "password"), "refresh_token": ("refresh_token",)}


class Login(Schema):
    username: str = Field(
        max_length=256,
        pattern=NO_NUL,
        description="Your username or e-mail address.",
        examples=["ada"],
    )
    password: GivenPassword
    device_token: str | None = Field(
        None, max_length=512, description="The latest `device_token` of this device, if it has one."
    )
    new_password: NewPassword | None = Field(
        None,
        description="Replaces the password, also after `password-change-required`.",
        examples=["battery staple horse"],
    )


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


class LoginRead(TokenRead):
    """The tokens of a new session."""

    device_token: str = Field(
        description="Opaque, for 90 days. Send it with the next login: then wrong passwords that"
        " others try do not delay yours."
    )


class TokenExchange(Schema):
    audience: str = Field(
        max_length=255,
        description="The service that the token is for: one of USERVAULT_TOKENS__AUDIENCES.",
        examples=["orders"],
    )
    permissions: list[PermissionName] | None = Field(
        None,
        max_length=200,
        description="The permissions in the token. You must hold them. Default: all you hold.",
        examples=[["users:read"]],
    )


class ExchangedTokenRead(Schema):
    """A short access token for another service (RFC 8693 §2.2.1). UserVault's API refuses it."""

    access_token: str = Field(description="Send it to the service. It cannot be refreshed.")
    issued_token_type: Literal["urn:ietf:params:oauth:token-type:access_token"] = ACCESS_TOKEN
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - the scheme's name
    expires_in: int = Field(description="Seconds that the access token lasts.", examples=[300])
    scope: str = Field(
        description="The permissions in the token, space-separated.", examples=["users:read"]
    )


class TokenGrant(Schema):
    """OAuth 2.0 password and refresh grants (RFC 6749 §4.3.2, §6), and token exchange (RFC 8693).

    Clients have no credentials.
    """

    model_config = ConfigDict(extra="ignore")  # RFC 6749 §3.2 wants it so

    grant_type: Literal[
        "password", "refresh_token", "urn:ietf:params:oauth:grant-type:token-exchange"
    ] = Field("password", description="What you exchange for the tokens.")
    username: str = Field(
        "",
        max_length=256,
        pattern=NO_NUL,
        description="`password`: your username or e-mail address.",
    )
    password: GivenPassword = Field("", description="`password`: the password.")
    device_token: str = Field("", max_length=512, description="`password`: as in `login`.")
    refresh_token: str = Field("", max_length=2048, description="`refresh_token`: the latest one.")
    subject_token: str = Field(
        "",
        max_length=8192,
        description="Token exchange: your access token.",
        json_schema_extra={"format": "password"},
    )
    subject_token_type: Literal["", "urn:ietf:params:oauth:token-type:access_token"] = Field(
        "", description="Token exchange: required."
    )
    requested_token_type: Literal["", "urn:ietf:params:oauth:token-type:access_token"] = Field(
        "", description="Token exchange: the only type there is."
    )
    audience: str = Field(
        "",
        max_length=255,
        description="Token exchange: the service that the token is for.",
    )
    scope: str = Field(
        "",
        max_length=1000,
        description="Token exchange: the permissions in the token, space-separated. Default: all"
        " you hold.",
    )
    client_id: str | None = Field(None, max_length=256, description="Ignored.")
    client_secret: str | None = Field(None, max_length=256, description="Ignored.")

    def ensure_complete(self) -> None:
        """An empty field counts as absent (RFC 6749 §3.2). Raises Invalid."""
        needed = NEEDED.get(self.grant_type, ())
        if absent := [name for name in needed if not getattr(self, name)]:
            errors = [
                {"pointer": pointer("body", name), "detail": "Field required"} for name in absent
            ]
            raise Invalid(errors=errors)
