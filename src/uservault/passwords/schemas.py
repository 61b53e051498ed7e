from typing import Annotated

from pydantic import AfterValidator, Field


def _no_nul(value: str) -> str:
    if "\0" in value:  # some hashes end there, others pad with it
        raise ValueError("It must not contain NUL.")
    return value


GivenPassword = Annotated[
    str,
    Field(
        max_length=256,
        pattern=r"^[^\x00]*$",
        json_schema_extra={"format": "password"},
        examples=["correct horse battery"],
    ),
    AfterValidator(_no_nul),
]
NewPassword = Annotated[
    GivenPassword,
    Field(
        min_length=6,
        description="Taken exactly as typed. At least 15 characters in production, 6 in"
        " development, unless set otherwise; at most 256.",
    ),
]
