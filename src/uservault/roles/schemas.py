from datetime import datetime
from typing import Annotated, Any

from fastapi import Path
from pydantic import (
    MISSING,
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    StringConstraints,
    TypeAdapter,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    computed_field,
    field_validator,
)
from typing_extensions import TypeAliasType

from uservault.access.principal import Permission
from uservault.kit.permission_names import PermissionName, is_reserved
from uservault.kit.schema import Moment, Schema
from uservault.roles.models import ADMIN

RoleId = Annotated[int, Path(ge=1, lt=10**18, description="The role's id.", examples=[2])]

# Named, so that the OpenAPI document describes it once.
RoleName = TypeAliasType(
    "RoleName",
    Annotated[
        str,
        StringConstraints(min_length=2, max_length=64, pattern=r"^[a-z][a-z0-9._-]{1,63}$"),
        Field(
            description="Unique.",
            examples=["support"],
        ),
    ],
)
Description = Annotated[
    str,
    StringConstraints(max_length=500, pattern=r"^[^\x00-\x1f\x7f]*$"),
    Field(description="For people; one line.", examples=["Helps users who are locked out."]),
]
OURS = frozenset(Permission)


def _known(name: str) -> str:
    """Whether an application registered the others is for the database to say."""
    if is_reserved(name) and name not in OURS:
        raise ValueError("There is no such permission of UserVault.")
    return name


# Not strict, since JSON has no sets. Duplicates are harmless. The first error is enough.
Permissions = Annotated[
    frozenset[Annotated[PermissionName, AfterValidator(_known)]],
    Strict(False),
    Field(
        fail_fast=True,
        description="Permissions of UserVault and of applications. You must hold them; without"
        " any here, all that there are.",
        examples=[["users:read", "orders:read"]],
        json_schema_extra={"uniqueItems": False},
    ),
]
Held = Annotated[
    list[str],
    BeforeValidator(lambda names: sorted(map(str, names))),
    Field(
        description="Permissions of UserVault and of applications. `admin` has all that there are.",
        examples=[["orders:read", "users:read"]],
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
    permissions: Held
    created_at: datetime = Field(description="UTC (RFC 3339).")
    updated_at: datetime = Field(description="UTC (RFC 3339).")
    version: int = Field(exclude=True)

    @computed_field(description="True for `admin`, which cannot be changed.")  # type: ignore[prop-decorator]
    @property
    def built_in(self) -> bool:
        return self.name == ADMIN


class RoleGrant(Schema):
    """A role that the user is to have, perhaps only for a time."""

    role: RoleName
    starts_at: Moment | None = Field(
        None,
        description="When the user gets the role (RFC 3339, with a time zone); `null`: at once.",
        examples=["2030-01-01T00:00:00Z"],
    )
    expires_at: Moment | None = Field(
        None,
        description="When the user loses the role; `null`: they keep it.",
        examples=["2030-02-01T00:00:00Z"],
    )
    reason: str | None = Field(
        None,
        max_length=500,
        pattern=r"^[^\x00]*$",
        description="Why. The user can read it.",
        examples=["Stands in for a colleague."],
    )


def _name_or_grant(value: Any, _: ValidatorFunctionWrapHandler) -> Any:
    # pydantic's own errors for a union would name its members in their pointers.
    return (GRANT if isinstance(value, dict) else NAME).validate_python(value)


NAME: TypeAdapter[Any] = TypeAdapter(RoleName, config=ConfigDict(strict=True))
GRANT: TypeAdapter[Any] = TypeAdapter(RoleGrant)


class UserRoles(Schema):
    """All roles that the user is to have."""

    roles: list[Annotated[RoleName | RoleGrant, WrapValidator(_name_or_grant)]] = Field(
        max_length=100,
        description="A name alone keeps the times of a role that the user already has. A new role"
        " then counts at once and has no end.",
        examples=[["support"]],
    )

    @field_validator("roles")
    @classmethod
    def _named_once(cls, roles: list[RoleName | RoleGrant]) -> list[RoleName | RoleGrant]:
        named: dict[str, RoleName | RoleGrant] = {}
        for each in roles:
            name = each if isinstance(each, str) else each.role
            if named.setdefault(name, each) != each:
                raise ValueError("A role is named twice, with different times.")
        return roles


class GrantRead(Schema):
    """A role that a user has or will have."""

    role: str = Field(examples=["support"])
    starts_at: datetime | None = Field(description="UTC (RFC 3339); `null`: at once.")
    expires_at: datetime | None = Field(description="When it ends; UTC. `null`: it has no end.")
    reason: str | None = Field(description="Why, if the administrator said so.")
    effective: bool = Field(description="Whether the user has the role now.")


class UserRolesRead(Schema):
    """A user's roles, and all permissions of these roles, as they are now."""

    roles: Annotated[list[str], Sorted] = Field(examples=[["support"]])
    permissions: Held
    grants: list[GrantRead] = Field(
        description="These roles with their times, and roles that start later."
    )
