from typing import Annotated

from pydantic import Field

from uservault.kit.identity import Email
from uservault.kit.schema import Locale, Schema, Username
from uservault.passwords.schemas import GivenPassword, NewPassword


class Registration(Schema):
    username: Username
    email: Email
    password: NewPassword
    locale: Locale | None = Field(None, description="The language of their letters (BCP 47).")


class PasswordUpdate(Schema):
    current_password: GivenPassword
    new_password: NewPassword


Token = Annotated[
    str,
    Field(
        max_length=128,
        pattern=r"^[A-Za-z0-9_-]+$",
        description="From the link in the letter: what stands behind `#token=`.",
        json_schema_extra={"format": "password"},
    ),
]


class Addressee(Schema):
    email: Email


class EmailProof(Schema):
    """The token from anyone, or else the code from the user who is signed in."""

    token: Token | None = Field(None, description="From the link of the letter.")
    code: str | None = Field(
        None,
        pattern=r"^[0-9]{6}$",
        description="From the same letter, for who would rather type it.",
        examples=["042917"],
    )


class PasswordReset(Schema):
    token: Token
    new_password: NewPassword
