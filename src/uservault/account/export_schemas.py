"""What a user gets of all that is held on them. No secret is in it, nor a digest of one."""

from datetime import datetime
from typing import Any

from pydantic import Field

from uservault.kit.schema import Schema


class ExportedUser(Schema):
    id: int
    username: str
    email: str
    email_verified: bool
    locale: str | None
    is_active: bool
    inactive_until: datetime | None
    inactive_reason: str | None
    created_at: datetime
    updated_at: datetime


class ExportedSession(Schema):
    """Sessions that have ended are among them, until they are forgotten."""

    id: int
    created_at: datetime
    last_seen_at: datetime
    refreshed_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    address: str | None
    user_agent: str | None


class ExportedEvent(Schema):
    """Where it came from is told only if nobody else did it."""

    id: int
    type: str
    at: datetime
    actor_id: int | None
    subject_id: int | None
    session_id: int | None
    address: str | None
    user_agent: str | None
    request_id: str | None
    data: dict[str, Any]


class ExportedLetter(Schema):
    """What it said is not kept."""

    id: int
    template: str
    locale: str
    recipient: str
    created_at: datetime
    sent_at: datetime | None
    failed_at: datetime | None


class Export(Schema):
    """Everything that is held on a user."""

    exported_at: datetime = Field(description="UTC (RFC 3339).")
    user: ExportedUser
    roles: list[str]
    permissions: list[str]
    profile: dict[str, Any]
    metadata_public: dict[str, Any]
    metadata_admin: dict[str, Any]
    sessions: list[ExportedSession]
    events: list[ExportedEvent] = Field(description="That the user did, or that befell them.")
    letters: list[ExportedLetter]
