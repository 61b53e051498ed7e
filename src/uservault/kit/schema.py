"""The base class of the API's schemas, and the types that several of them use."""

import re
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Path
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)
from starlette.convertors import Convertor, register_url_convertor
from typing_extensions import TypeAliasType


class Schema(BaseModel):
    """Strict, refuses unknown fields, and can be read from rows."""

    model_config = ConfigDict(
        from_attributes=True, extra="forbid", strict=True, hide_input_in_errors=True
    )


class Message(Schema):
    """A confirmation."""

    message: str = Field(description="A text for people.", examples=["User deleted successfully"])


# Named, so that the OpenAPI document describes it once.
Username = TypeAliasType(
    "Username",
    Annotated[
        str,
        StringConstraints(
            min_length=2, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{1,63}$"
        ),
        Field(
            description="Unique, ignoring case.",
            examples=["ada"],
        ),
    ],
)


def _tag(value: object) -> object:
    """Systems write `en_US` for the BCP 47 tag `en-US`."""
    return value.replace("_", "-") if isinstance(value, str) and len(value) <= 35 else value


Locale = TypeAliasType(
    "Locale",
    Annotated[
        str,
        # The limits stand first: pydantic does not describe those after a validator.
        StringConstraints(max_length=35, pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$"),
        Field(description="The language of e-mails: a BCP 47 tag.", examples=["de-AT"]),
        BeforeValidator(_tag),
    ],
)


def _written(value: object) -> object:
    """Text only: pydantic would read numbers as seconds or milliseconds."""
    if isinstance(value, str) and RFC3339.fullmatch(value):
        return value
    raise ValueError("It should be an RFC 3339 time with a time zone.")


def _in_utc(value: datetime) -> datetime:
    try:
        moment = value.astimezone(UTC)
    except OverflowError:
        raise ValueError("It is not in the years 1 to 9999 (UTC).") from None
    if moment.replace(tzinfo=None) in INFINITE:
        raise ValueError("It is too near the beginning or the end of time.")
    return moment


# PostgreSQL's driver stores them as infinity, and reads them back without a time zone.
INFINITE = (datetime.min, datetime.max)  # noqa: DTZ901 - compared without one


RFC3339 = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)
# A time from a client: RFC 3339 with a time zone, converted to UTC.
Moment = Annotated[
    AwareDatetime, Field(strict=False), BeforeValidator(_written), AfterValidator(_in_utc)
]


def _whole(value: object) -> object:
    # JSON Schema counts 7.0 as an integer.
    return int(value) if isinstance(value, float) and value.is_integer() else value


# An id in a body. The limits stand first: pydantic does not describe those after a validator.
BodyId = Annotated[int, Field(ge=1, lt=10**18), BeforeValidator(_whole)]


class _IdConvertor(Convertor[int]):
    """`/{id:id}`: a decimal below 10^18 without leading zeros, so that each id has one path."""

    regex = "[1-9][0-9]{0,17}"

    def convert(self, value: str) -> int:
        return int(value)

    def to_string(self, value: int) -> str:
        return str(value)


class _EmailConvertor(Convertor[str]):
    """`/{address:email}`: one segment, or several whose last has the @: a slash may precede it."""

    regex = "(?:.*@)?[^/]+"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("id", _IdConvertor())
register_url_convertor("email", _EmailConvertor())

PathId = Annotated[int, Path(ge=1, lt=10**18, description="The user's id.", examples=[1])]
