from typing import Annotated

from pydantic import Field
from typing_extensions import TypeAliasType

GivenPassword = Annotated[
    str,
    Field(
        max_length=256,
        pattern=r"^[^\x00]*$",  # some hash schemes end at a NUL, others pad with it
        json_schema_extra={"format": "password"},
        examples=["correct horse battery"],
    ),
]
# Named, so that the OpenAPI document describes it once.
NewPassword = TypeAliasType(
    "NewPassword",
    Annotated[
        GivenPassword,
        Field(
            min_length=6,
            description="By default at least 15 characters in production and 6 in development.",
        ),
    ],
)
