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
        description="Unique. 2 to 64 of a-z, 0-9, `.`, `_`, `-`; starts with a letter.",
        examples=["support"],
    ),
]
Description = Annotated[
    str,
    StringConstraints(max_length=500, pattern=r"^[^\x00-\x1f\x7f]*$"),
    Field(description="For people; one line.", examples=["Helps users who are locked out."]),
]
# Not strict, since JSON has neither sets nor enums. Duplicates are harmless. The first error is
# enough.
Permissions = Annotated[
    frozenset[Annotated[Permission, Strict(False)]],
    Strict(False),
    Field(
        fail_fast=True,
        description="What the role's users may do. You must hold these permissions.",
        json_schema_extra={"uniqueItems": False},
    ),
]
Sorted = BeforeValidator(sorted)


class RoleCreate(Schema):
    name: RoleName
    description: Description = ""
    permissions: Permissions = frozenset()


class RoleUpdate(Schema):
    """Fields you leave out keep their values. `null` is refused."""

    name: RoleName | MISSING = MISSING
    description: Description | MISSING = MISSING
    permissions: Permissions | MISSING = MISSING


class RoleRead(Schema):
    """A named set of permissions."""

    id: int = Field(description="Never reused.", ge=1)
    name: str = Field(examples=["support"])
    description: str = Field(description="For people; may be empty.")
    permissions: Annotated[list[Permission], Sorted]
    created_at: datetime = Field(description="UTC (RFC 3339).")
    updated_at: datetime = Field(description="UTC (RFC 3339).")
    version: int = Field(exclude=True)

    @computed_field(description="True for `admin`, which cannot be changed.")  # type: ignore[prop-decorator]
    @property
    def built_in(self) -> bool:
        return self.name == ADMIN


class UserRoles(Schema):
    """All roles that the user is to have."""

    roles: list[RoleName] = Field(max_length=100, examples=[["support"]])


class UserRolesRead(Schema):
    """A user's roles, and all permissions of these roles."""

    roles: Annotated[list[str], Sorted] = Field(examples=[["support"]])
    permissions: Annotated[list[Permission], Sorted]
