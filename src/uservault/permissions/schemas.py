from typing import Annotated, Literal

from fastapi import Path
from pydantic import Field

from uservault.kit.permission_names import ApplicationPermissionName, PermissionName
from uservault.kit.schema import Schema
from uservault.roles.schemas import Description

PathName = Annotated[
    PermissionName, Path(description="The permission's name.", examples=["orders:read"])
]


class PermissionCreate(Schema):
    name: ApplicationPermissionName
    description: Description = ""


class PermissionRead(Schema):
    """What users can be permitted, by UserVault or by an application."""

    name: str = Field(examples=["orders:read"])
    description: str = Field(description="For people; may be empty.")
    source: Literal["uservault", "settings", "api"] = Field(
        description="`uservault`: it permits something here. `settings`, `api`: an application's,"
        " from USERVAULT_PERMISSIONS or registered by a request."
    )
