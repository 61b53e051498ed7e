from datetime import datetime

from pydantic import MISSING, Field

from uservault.kit.identity import Email
from uservault.kit.schema import Schema, Username


class UserUpdate(Schema):
    """A field that is absent is kept; null is refused."""

    username: Username | MISSING = MISSING
    email: Email | MISSING = MISSING


class UserRead(Schema):
    """A user, as those who may see them do."""

    id: int = Field(description="Never given to another user, not even after a delete.", ge=1)
    username: str = Field(examples=["ada"])
    email: str = Field(examples=["ada@example.com"])
    is_active: bool = Field(description="Whether they may log in and their tokens open anything.")
    created_at: datetime = Field(description="UTC (RFC 3339).")
    updated_at: datetime = Field(description="UTC (RFC 3339).")
    version: int = Field(exclude=True)
