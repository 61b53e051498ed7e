from datetime import datetime
from typing import Annotated

from fastapi import Path
from pydantic import (
    MISSING,
    BeforeValidator,
    Field,
    Strict,
    StringConstraints,
    computed_field,
)

from uservault.access.principal import Permission
from uservault.kit.schema import Schema
from uservault.roles.models import ADMIN

RoleId = Annotated[int, Path(ge=1, lt=10**18, description="The role's id.", examples=[2])]

RoleName = Annotated[
    str,
    StringConstraints(min_length=2, max_length=64, pattern=r"^[a-z][a-z0-9._-]{1,63}$"),
    Field(
        description="Unique. Small ASCII letters, digits, `.`, `_`, `-`, a letter first; 2 to 64.",
        examples=["support"],
    ),
]
Description = Annotated[
    str,
    StringConstraints(max_length=500, pattern=r"^[^\x00-\x1f\x7f]*$"),
    Field(description="For people, on one line.", examples=["Helps users who are locked out."]),
]
# JSON has neither sets nor enums; to name a permission twice does no harm; one fault says enough.
Permissions = Annotated[
    frozenset[Annotated[Permission, Strict(False)]],
    Strict(False),
    Field(
        fail_fast=True,
        description="What its holders may do; only what you may do yourself.",
        json_schema_extra={"uniqueItems": False},
    ),
]
Sorted = BeforeValidator(sorted)


class RoleCreate(Schema):
    name: RoleName
    description: Description = ""
    permissions: Permissions = frozenset()


class RoleUpdate(Schema):
    """A field that is absent is kept; null is refused."""

    name: RoleName | MISSING = MISSING
    description: Description | MISSING = MISSING
    permissions: Permissions | MISSING = MISSING


class RoleRead(Schema):
    """A named set of permissions."""

    id: int = Field(description="Never given to another role.", ge=1)
    name: str = Field(examples=["support"])
    description: str = Field(description="For people; may be empty.")
    permissions: Annotated[list[Permission], Sorted]
    created_at: datetime = Field(description="UTC (RFC 3339).")
    updated_at: datetime = Field(description="UTC (RFC 3339).")
    version: int = Field(exclude=True)

    @computed_field(description="Whether it is `admin`, which nobody can change.")  # type: ignore[prop-decorator]
    @property
    def built_in(self) -> bool:
        return self.name == ADMIN


class UserRoles(Schema):
    """The roles that a user shall have, and no others."""

    roles: list[RoleName] = Field(max_length=100, examples=[["support"]])


class UserRolesRead(Schema):
    """The roles of a user, and what these together permit."""

    roles: Annotated[list[str], Sorted] = Field(examples=[["support"]])
    permissions: Annotated[list[Permission], Sorted]
