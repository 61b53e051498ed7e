from typing import Annotated, Self

from pydantic import Field, model_validator

from uservault.kit.identity import Email
from uservault.kit.schema import Locale, Schema, Username
from uservault.passwords.schemas import GivenPassword, NewPassword


class Registration(Schema):
    username: Username
    email: Email
    password: NewPassword
    locale: Locale | None = None


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
    """One of the two: the token from anyone, the code from the user who is signed in."""

    token: Token | None = None
    code: str | None = Field(
        None,
        pattern=r"^[0-9]{6}$",
        description="From the same letter, for who would rather type it.",
        examples=["042917"],
    )

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.token is None) == (self.code is None):
            raise ValueError("Give one of token and code.")
        return self


class PasswordReset(Schema):
    token: Token
    new_password: NewPassword
