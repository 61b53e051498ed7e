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
        None, ge=1, lt=10**18, description="Only e-mails to this user, at any address."
    )


class MailRead(Schema):
    """An e-mail without its content, which only the recipient may read."""

    id: int = Field(description="The e-mail's id. Ids are never reused.", ge=1)
    template: str = Field(description="The kind of e-mail.", examples=["verify_email"])
    locale: str = Field(description="The language of the e-mail.", examples=["en"])
    recipient: str = Field(
        description="The recipient's e-mail address.", examples=["ada@example.com"]
    )
    user_id: int | None = Field(description="The user it is for; null if there is none.")
    created_at: datetime = Field(description="When it was queued, in UTC (RFC 3339).")
    next_try_at: datetime | None = Field(
        description="When it will be tried next; null if it will not."
    )
    tries: int = Field(description="How often it was tried.", ge=0)
    sent_at: datetime | None = Field(description="When the mail server accepted it.")
    failed_at: datetime | None = Field(description="When it failed for good.")
    last_error: str | None = Field(
        description="Why the last try failed.", examples=["SMTPRecipientsRefused 550"]
    )

    @computed_field(description="Whether it is queued, sent or failed.")  # type: ignore[prop-decorator]
    @property
    def state(self) -> MailState:
        if self.sent_at:
            return MailState.SENT
        return MailState.FAILED if self.failed_at else MailState.QUEUED
