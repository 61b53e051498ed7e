from typing import Annotated

from pydantic import Field

GivenPassword = Annotated[
    str,
    Field(
        max_length=256,
        pattern=r"^[^\x00]*$",  # some hash schemes end at a NUL, others pad with it
        json_schema_extra={"format": "password"},
        examples=["correct horse battery"],
    ),
]
NewPassword = Annotated[
    GivenPassword,
    Field(
        min_length=6,
        description="Used exactly as typed. At most 256 characters; by default at least 15 in"
        " production and 6 in development.",
    ),
]
