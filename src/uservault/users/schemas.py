from datetime import datetime

from pydantic import MISSING, Field

from uservault.kit.identity import Email
from uservault.kit.schema import Locale, Moment, Schema, Username


class UserUpdate(Schema):
    """A field that is absent is kept; null takes the locale away, and is refused elsewhere."""

    username: Username | MISSING = MISSING
    email: Email | MISSING = MISSING
    locale: Locale | MISSING | None = Field(
        MISSING, description="The language of their e-mails (BCP 47); null for none."
    )


class UserDeactivate(Schema):
    """Why, and until when."""

    reason: str = Field(
        min_length=1,
        max_length=500,
        pattern=r"^[^\x00]*$",
        description="The user is told when they log in.",
        examples=["We saw logins from two continents at once."],
    )
    until: Moment | None = Field(
        None,
        description="RFC 3339, with a time zone: they are active again then, by themselves."
        " Absent or null: until somebody activates them.",
        examples=["2030-01-01T00:00:00Z"],
    )


class DeletedUserRead(Schema):
    """A user who is deleted, and can be restored until they are purged."""

    id: int = Field(description="Theirs again if they are restored.", ge=1)
    username: str = Field(description="Nobody else may have it meanwhile.", examples=["ada"])
    email: str = Field(description="Likewise.", examples=["ada@example.com"])
    deleted_at: datetime = Field(description="UTC (RFC 3339).")
    purge_at: datetime = Field(description="When they are gone for good.")


class UserRead(Schema):
    """A user, as those who may see them do."""

    id: int = Field(description="Never given to another user, not even after a delete.", ge=1)
    username: str = Field(examples=["ada"])
    email: str = Field(examples=["ada@example.com"])
    email_verified: bool = Field(description="Whether they proved that the address is theirs.")
    locale: str | None = Field(
        description="The language of their e-mails (BCP 47).", examples=["de-AT"]
    )
    is_active: bool = Field(description="Whether they may log in and their tokens open anything.")
    inactive_until: datetime | None = Field(
        description="If they are not active: when they will be again by themselves; UTC."
    )
    inactive_reason: str | None = Field(description="If they are not active: why.")
    created_at: datetime = Field(description="UTC (RFC 3339).")
    updated_at: datetime = Field(description="UTC (RFC 3339).")
    version: int = Field(exclude=True)
