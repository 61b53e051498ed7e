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
        description="The token from the link in the e-mail: the part after `#token=`.",
        json_schema_extra={"format": "password"},
    ),
]


class EmailRequest(Schema):
    email: Email


class EmailVerify(Schema):
    """Send the token, or the code with your `email`, or log in and send the code."""

    token: Token | None = Field(None, description="The token from the link in the e-mail.")
    code: str | None = Field(
        None,
        pattern=r"^[0-9]{6}$",
        description="The six-digit code from the same e-mail.",
        examples=["042917"],
    )
    email: Email | None = Field(None, description="The address that the e-mail was sent to.")


class PasswordReset(Schema):
    token: Token
    new_password: NewPassword
