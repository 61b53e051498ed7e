from datetime import datetime

from pydantic import Field

from uservault.kit.schema import Schema
from uservault.passwords.schemas import NewPassword


class PasswordSet(Schema):
    password: NewPassword
    must_change: bool = Field(True, description="Whether the next login must choose another one.")


class PasswordResetRead(Schema):
    """A one-time token for a new password. It is shown only here."""

    token: str = Field(description="For `reset-password`.")
    link: str = Field(description="With the token.")
    expires_at: datetime = Field(description="UTC (RFC 3339).")


class EmailVerificationUpdate(Schema):
    verified: bool = Field(examples=[True])
