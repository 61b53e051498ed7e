from datetime import datetime

from pydantic import MISSING, Field

from uservault.kit.identity import Email
from uservault.kit.schema import Locale, Moment, Schema, Username


class UserUpdate(Schema):
    """Fields you leave out keep their values."""

    username: Username | MISSING = MISSING
    email: Email | MISSING = MISSING
    locale: Locale | MISSING | None = Field(
        MISSING, description="The language of the user's e-mails (BCP 47). `null` removes it."
    )


class UserDeactivate(Schema):
    """Why to deactivate a user, and until when."""

    reason: str = Field(
        min_length=1,
        max_length=500,
        pattern=r"^[^\x00]*$",
        description="The reason. The user sees it when they try to log in.",
        examples=["We saw logins from two continents at once."],
    )
    until: Moment | None = Field(
        None,
        description="When the user becomes active again (RFC 3339). Without it: when someone"
        " activates them.",
        examples=["2030-01-01T00:00:00Z"],
    )


class DeletedUserRead(Schema):
    """A deleted user. You can restore them until they are purged."""

    id: int = Field(description="The user's id. They keep it if you restore them.", ge=1)
    username: str = Field(description="Reserved until the purge.", examples=["ada"])
    email: str = Field(description="Reserved until the purge.", examples=["ada@example.com"])
    deleted_at: datetime = Field(description="UTC (RFC 3339).")
    purge_at: datetime = Field(description="When the user is purged for good; UTC.")


class UserRead(Schema):
    """A user."""

    id: int = Field(description="Never reused, not even after the user is deleted.", ge=1)
    username: str = Field(examples=["ada"])
    email: str = Field(examples=["ada@example.com"])
    email_verified: bool = Field(description="Whether the user has verified this address.")
    locale: str | None = Field(
        description="The language of the user's e-mails (BCP 47).", examples=["de-AT"]
    )
    is_active: bool = Field(description="Whether the user may log in and use their tokens.")
    inactive_until: datetime | None = Field(
        description="When an inactive user becomes active again; UTC. `null`: no end is set."
    )
    inactive_reason: str | None = Field(description="Why the user is inactive.")
    created_at: datetime = Field(description="UTC (RFC 3339).")
    updated_at: datetime = Field(description="UTC (RFC 3339).")
    last_login_at: datetime | None = Field(description="UTC. `null`: never, or not known.")
    external_id: str | None = Field(description="The user's id in another system.")
    version: int = Field(exclude=True)
