from typing import Annotated

from pydantic import Field

from uservault.kit.identity import Email
from uservault.kit.schema import Schema
from uservault.passwords.schemas import NewPassword

Token = Annotated[
    str,
    Field(
        max_length=128,
        pattern=r"^[A-Za-z0-9_-]+$",
        description="From the link in the e-mail: what stands behind `#token=`.",
        json_schema_extra={"format": "password"},
    ),
]


class EmailRequest(Schema):
    email: Email


class EmailVerify(Schema):
    """The token from anyone, or else the code from the user who is signed in."""

    token: Token | None = Field(None, description="From the link of the e-mail.")
    code: str | None = Field(
        None,
        pattern=r"^[0-9]{6}$",
        description="From the same e-mail, for who would rather type it.",
        examples=["042917"],
    )


class PasswordReset(Schema):
    token: Token
    new_password: NewPassword
