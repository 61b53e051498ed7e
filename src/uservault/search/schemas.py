from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from uservault.kit.schema import Moment

MAX_IDS = 100
Text = Annotated[str, Field(min_length=1, max_length=320, pattern=r"^[^\x00]*$")]


class Column(StrEnum):
    """What users can be sorted by. Names are compared by their canonical form."""

    ID = "id"
    CREATED_AT = "created_at"
    USERNAME = "username"
    EMAIL = "email"
    LAST_LOGIN_AT = "last_login_at"


Sort = Literal[
    "id", "-id", "created_at", "-created_at", "username", "-username",
    "email", "-email", "last_login_at", "-last_login_at",
]  # fmt: skip


class UserFilter(BaseModel):
    """All that is given must hold. Unknown parameters are refused, not ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    id: tuple[Annotated[int, Field(ge=1, lt=10**18)], ...] = Field(
        (), max_length=MAX_IDS, description="Only these users."
    )
    username: Text | None = Field(None, description="The user with this username, in any case.")
    email: Text | None = Field(None, description="The user with this address, in any case.")
    external_id: Text | None = Field(None, description="The user with this external id.")
    q: Text | None = Field(None, description="Username or address begins with this, in any case.")
    is_active: bool | None = Field(None, description="Whether the user may log in.")
    email_verified: bool | None = Field(None, description="Whether the address is verified.")
    role: Text | None = Field(None, description="The user has this role now.")
    created_after: Moment | None = Field(None, description="Later than this (RFC 3339).")
    created_before: Moment | None = Field(None, description="Earlier than this (RFC 3339).")
    last_login_after: Moment | None = Field(None, description="Later than this (RFC 3339).")
    last_login_before: Moment | None = Field(None, description="Earlier than this (RFC 3339).")


class UserQuery(UserFilter):
    sort: Sort = Field("id", description="`-`: descending. Ties: by id. Last: no last login.")
    limit: int = Field(50, ge=1, le=200, description="The maximum number of items.")
    cursor: str | None = Field(
        None,
        min_length=1,
        max_length=1000,
        description="Where the page begins. Opaque: take it from the Link header.",
    )

    @property
    def column(self) -> Column:
        return Column(self.sort.removeprefix("-"))

    @property
    def descending(self) -> bool:
        return self.sort.startswith("-")
