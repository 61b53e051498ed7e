from typing import Annotated

from pydantic import Field

GivenPassword = Annotated[
    str,
    Field(
        max_length=256,
        pattern=r"^[^\x00]*$",  # some hashes end at a NUL, others pad with it
        json_schema_extra={"format": "password"},
        examples=["correct horse battery"],
    ),
]
NewPassword = Annotated[
    GivenPassword,
    Field(
        min_length=6,
        description="Taken exactly as typed. At least 15 characters in production, 6 in"
        " development, unless set otherwise; at most 256.",
    ),
]
