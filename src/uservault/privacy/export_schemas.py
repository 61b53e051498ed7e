"""The export of a user's data. It contains no secrets and no digests of secrets."""

from datetime import datetime
from typing import Any

from pydantic import Field

from uservault.account.schemas import UserEmailRead
from uservault.kit.schema import Schema
from uservault.roles.schemas import GrantRead


class ExportedUser(Schema):
    id: int = Field(description="Never reused.")
    username: str = Field(description="As the user typed it.")
    email: str = Field(description="The user's e-mail address.")
    email_verified: bool = Field(description="Whether the user has verified this address.")
    locale: str | None = Field(description="The language of the user's e-mails (BCP 47).")
    is_active: bool = Field(description="Whether the user may log in.")
    inactive_until: datetime | None = Field(
        description="When an inactive user becomes active again; UTC."
    )
    inactive_reason: str | None = Field(description="Why the user is inactive.")
    created_at: datetime = Field(description="UTC (RFC 3339).")
    updated_at: datetime = Field(description="UTC (RFC 3339).")
    last_login_at: datetime | None = Field(description="UTC. `null`: never, or not known.")
    external_id: str | None = Field(description="The user's id in another system.")


class ExportedSession(Schema):
    """A session, live or ended. Ended sessions are deleted after some time."""

    id: int = Field(description="Never reused.")
    created_at: datetime = Field(description="UTC (RFC 3339).")
    last_seen_at: datetime = Field(description="The last request, to the minute.")
    refreshed_at: datetime = Field(description="When a token was last refreshed.")
    expires_at: datetime = Field(description="When the session expires.")
    revoked_at: datetime | None = Field(description="When the session was revoked.")
    address: str | None = Field(description="The client's IP address.")
    user_agent: str | None = Field(description="The `User-Agent` header.")


class ExportedEvent(Schema):
    """An event. If another person caused it, its origin is left out."""

    id: int = Field(description="Never reused.")
    type: str = Field(description="The event's type.")
    at: datetime = Field(description="UTC (RFC 3339).")
    actor_id: int | None = Field(description="The user who caused the event.")
    subject_id: int | None = Field(description="The user it happened to.")
    session_id: int | None = Field(description="The session it happened in.")
    address: str | None = Field(description="The client's IP address.")
    user_agent: str | None = Field(description="The `User-Agent` header.")
    request_id: str | None = Field(description="The HTTP request that caused it.")
    data: dict[str, Any] = Field(description="Details, depending on `type`.")


class ExportedMail(Schema):
    """An e-mail to the user, without its text."""

    id: int = Field(description="Never reused.")
    template: str = Field(description="The kind of e-mail.")
    locale: str = Field(description="The language of the e-mail (BCP 47).")
    recipient: str = Field(description="The address it was sent to.")
    created_at: datetime = Field(description="UTC (RFC 3339).")
    sent_at: datetime | None = Field(description="When it was sent.")
    failed_at: datetime | None = Field(description="When sending it was given up.")


class Export(Schema):
    """Everything stored about a user."""

    exported_at: datetime = Field(description="UTC (RFC 3339).")
    user: ExportedUser = Field(description="The user.")
    emails: list[UserEmailRead] = Field(description="Their e-mail addresses.")
    roles: list[str] = Field(description="The names of the user's roles.")
    permissions: list[str] = Field(description="The permissions of these roles.")
    grants: list[GrantRead] = Field(description="These roles with their times and reasons.")
    profile: dict[str, Any] = Field(description="The user's profile, which they can change.")
    metadata_public: dict[str, Any] = Field(description="Metadata that the user can read.")
    metadata_admin: dict[str, Any] = Field(description="Metadata for administrators.")
    sessions: list[ExportedSession] = Field(description="Live and ended sessions.")
    events: list[ExportedEvent] = Field(
        description="Events that the user caused or that happened to them."
    )
    letters: list[ExportedMail] = Field(description="E-mails to the user, without their text.")
