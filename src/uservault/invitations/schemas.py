from datetime import datetime
from typing import Annotated

from fastapi import Path
from pydantic import Field

from uservault.kit.identity import Email
from uservault.kit.schema import Schema, Username
from uservault.passwords.schemas import NewPassword
from uservault.roles.schemas import RoleName

InvitationId = Annotated[
    int, Path(ge=1, lt=10**18, description="The invitation's id.", examples=[1])
]


class InvitationCreate(Schema):
    email: Email
    roles: list[RoleName] = Field(
        default=[],
        max_length=100,
        description="Names of the roles to grant. You must hold their permissions.",
        examples=[["support"]],
    )


class InvitationRead(Schema):
    """An open invitation, or an expired one that you can send again."""

    id: int = Field(description="Never reused.", ge=1)
    email: str = Field(examples=["ada@example.com"])
    roles: list[str] = Field(examples=[["support"]])
    inviter_id: int = Field(description="The id of the user who sent it last.", ge=1)
    created_at: datetime = Field(description="UTC (RFC 3339).")
    expires_at: datetime = Field(description="When the invitation expires; UTC.")


class InvitationAccept(Schema):
    token: str = Field(
        max_length=256,
        description="The token from the link in the e-mail: the part after `#token=`.",
        examples=["43 letters, digits, - and _"],
    )
    username: Username
    password: NewPassword
