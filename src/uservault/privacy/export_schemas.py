"""What a user gets of all that is held on them. No secret is in it, nor a digest of one."""

from datetime import datetime
from typing import Any

from pydantic import Field

from uservault.kit.schema import Schema


class ExportedUser(Schema):
    id: int = Field(description="Never given to another.")
    username: str = Field(description="As they typed it.")
    email: str = Field(description="Where e-mails go.")
    email_verified: bool = Field(description="Whether they proved that it is theirs.")
    locale: str | None = Field(description="The language of e-mails (BCP 47).")
    is_active: bool = Field(description="Whether they may log in.")
    inactive_until: datetime | None = Field(
        description="When they will be active again, if they are not."
    )
    inactive_reason: str | None = Field(description="Why they are not active.")
    created_at: datetime = Field(description="UTC (RFC 3339).")
    updated_at: datetime = Field(description="UTC (RFC 3339).")


class ExportedSession(Schema):
    """Sessions that have ended are among them, until they are forgotten."""

    id: int = Field(description="Never given to another.")
    created_at: datetime = Field(description="UTC (RFC 3339).")
    last_seen_at: datetime = Field(description="To the minute.")
    refreshed_at: datetime = Field(description="When a token was last refreshed.")
    expires_at: datetime = Field(description="When it ends by itself.")
    revoked_at: datetime | None = Field(description="When it was ended.")
    address: str | None = Field(description="Where it came from.")
    user_agent: str | None = Field(description="What the device said of itself.")


class ExportedEvent(Schema):
    """Where it came from is told only if nobody else did it."""

    id: int = Field(description="Never given to another.")
    type: str = Field(description="What happened.")
    at: datetime = Field(description="UTC (RFC 3339).")
    actor_id: int | None = Field(description="Who did it.")
    subject_id: int | None = Field(description="Whom it befell.")
    session_id: int | None = Field(description="In which session.")
    address: str | None = Field(description="Where it came from.")
    user_agent: str | None = Field(description="What the device said of itself.")
    request_id: str | None = Field(description="By which request.")
    data: dict[str, Any] = Field(description="What is told of it besides.")


class ExportedMail(Schema):
    """What it said is not kept."""

    id: int = Field(description="Never given to another.")
    template: str = Field(description="Which e-mail it was.")
    locale: str = Field(description="The language of e-mails (BCP 47).")
    recipient: str = Field(description="Where it went.")
    created_at: datetime = Field(description="UTC (RFC 3339).")
    sent_at: datetime | None = Field(description="When it was sent.")
    failed_at: datetime | None = Field(description="When it was given up.")


class Export(Schema):
    """Everything that is held on a user."""

    exported_at: datetime = Field(description="UTC (RFC 3339).")
    user: ExportedUser = Field(description="Who they are.")
    roles: list[str] = Field(description="The names of their roles.")
    permissions: list[str] = Field(description="What these permit.")
    profile: dict[str, Any] = Field(description="What they keep themselves.")
    metadata_public: dict[str, Any] = Field(description="What others keep, and they may read.")
    metadata_admin: dict[str, Any] = Field(description="What administrators keep.")
    sessions: list[ExportedSession] = Field(description="Live ones and ended ones.")
    events: list[ExportedEvent] = Field(description="That the user did, or that befell them.")
    letters: list[ExportedMail] = Field(description="Without what they said.")
