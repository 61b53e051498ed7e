from datetime import datetime

from pydantic import Field

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
