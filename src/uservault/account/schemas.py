from datetime import datetime
from typing import Literal

from pydantic import Field

from uservault.kit.identity import Email
from uservault.kit.schema import Schema
from uservault.passwords.schemas import GivenPassword, NewPassword


class PasswordUpdate(Schema):
    current_password: GivenPassword
    new_password: NewPassword


class Reauthentication(Schema):
    password: GivenPassword


class ProofRead(Schema):
    """When the session was last proved, and until when that counts as recent."""

    authenticated_at: datetime = Field(description="UTC (RFC 3339).")
    fresh_until: datetime = Field(description="Dangerous actions need another proof after that.")


class EmailAdd(Schema):
    email: Email


class EmailUpdate(Schema):
    primary: Literal[True] = Field(description="Make it the primary address.")


class UserEmailRead(Schema):
    """One of a user's e-mail addresses."""

    address: str = Field(examples=["ada@example.com"])
    verified: bool = Field(description="Whether the user has verified this address.")
    primary: bool = Field(description="Whether it is the `email` of the user.")
    pending: bool = Field(
        description="Whether it waits to be verified. Until then, another user can take it."
    )
    created_at: datetime | None = Field(
        description="When it was added; UTC (RFC 3339). `null` for the primary address."
    )
