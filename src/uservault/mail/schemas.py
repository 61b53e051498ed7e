from datetime import datetime
from enum import StrEnum

from pydantic import Field, computed_field

from uservault.kit.schema import Schema
from uservault.web.pagination import PageQuery


class MailState(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"


class MailQuery(PageQuery):
    state: MailState | None = Field(None, description="Only e-mails in this state.")
    user_id: int | None = Field(
        None, ge=1, lt=10**18, description="Only e-mails to this user, whatever their address was."
    )


class MailRead(Schema):
    """An e-mail, without what it says: that is for the recipient alone."""

    id: int = Field(description="Never given to another e-mail.", ge=1)
    template: str = Field(description="Which e-mail it is.", examples=["verify_email"])
    locale: str = Field(description="The language it is in.", examples=["en"])
    recipient: str = Field(examples=["ada@example.com"])
    user_id: int | None = Field(description="The user it is for, if it is one.")
    created_at: datetime = Field(description="UTC (RFC 3339).")
    next_try_at: datetime | None = Field(description="Null if there is none.")
    tries: int = Field(description="How often it was tried.", ge=0)
    sent_at: datetime | None = Field(description="When the mail server took it.")
    failed_at: datetime | None = Field(description="When it was given up.")
    last_error: str | None = Field(
        description="Why the last try failed.", examples=["SMTPRecipientsRefused 550"]
    )

    @computed_field(description="Whether it waits, or what became of it.")  # type: ignore[prop-decorator]
    @property
    def state(self) -> MailState:
        if self.sent_at:
            return MailState.SENT
        return MailState.FAILED if self.failed_at else MailState.QUEUED
