from datetime import datetime
from typing import Any

from pydantic import Field

from uservault.kit.schema import Moment, Schema
from uservault.web.pagination import PageQuery

CURSOR = r"^(0|[1-9][0-9]{0,16})\.[1-9][0-9]{0,17}$"
TYPE = r"^[a-z_]{1,31}(\.|\.[a-z_]{1,31})$"


class MyEventQuery(PageQuery):
    cursor: str | None = Field(
        None,
        pattern=CURSOR,
        description="Where the page begins. Opaque: take it from the Link header.",
    )
    type: str | None = Field(
        None,
        pattern=TYPE,
        description="Only events of this type; or of all that begin so, if it ends in a dot.",
        examples=["login.failed", "login."],
    )
    since: Moment | None = Field(
        None,
        description="Only events from then on (RFC 3339, with a time zone).",
        examples=["2026-01-01T00:00:00Z"],
    )
    until: Moment | None = Field(
        None,
        description="Only events before then, likewise.",
        examples=["2026-02-01T00:00:00Z"],
    )


class EventQuery(MyEventQuery):
    actor: int | None = Field(
        None, ge=1, lt=10**18, description="Only what this user did.", examples=[1]
    )
    subject: int | None = Field(
        None, ge=1, lt=10**18, description="Only what happened to this user.", examples=[2]
    )


class EventRead(Schema):
    """Something that happened."""

    id: int = Field(description="Not in the order of time.", examples=[4711], ge=1)
    type: str = Field(description="What happened.", examples=["user.updated"])
    at: datetime = Field(description="When; UTC (RFC 3339).", examples=["2026-01-01T12:00:00Z"])
    actor_id: int | None = Field(
        description="The user who did it; null for whoever had not proved who they are, and for"
        " the service itself.",
        examples=[1],
    )
    actor_kind: str | None = Field(
        description="What the actor is: `user`. null in events of older versions.",
        examples=["user"],
    )
    subject_id: int | None = Field(
        description="The user it happened to, if it was one.", examples=[2]
    )
    session_id: int | None = Field(description="The actor's.", examples=[7])
    address: str | None = Field(
        description="Where it was asked for from; null once it is erased.", examples=["192.0.2.7"]
    )
    user_agent: str | None = Field(
        description="What the client said of itself; likewise.", examples=["curl/8.5.0"]
    )
    request_id: str | None = Field(
        description="The `X-Request-ID` of the request.", examples=["Vb0yhcJ4"]
    )
    data: dict[str, Any] = Field(
        description="What else is told; which fields, depends on `type`.",
        examples=[{"changed": ["email"]}],
    )


class MyEventRead(Schema):
    """Something that one did, or that happened to one. Of others it tells only that they did it."""

    id: int = Field(description="Not in the order of time.", examples=[4711], ge=1)
    type: str = Field(description="What happened.", examples=["login.failed"])
    at: datetime = Field(description="When; UTC (RFC 3339).", examples=["2026-01-01T12:00:00Z"])
    by_other: bool = Field(
        description="Whether another user did it, as an administrator does.", examples=[False]
    )
    actor_kind: str | None = Field(
        description="What the actor is: `user`. null in events of older versions.",
        examples=["user"],
    )
    subject_id: int | None = Field(
        description="The user it happened to, if it was one.", examples=[2]
    )
    session_id: int | None = Field(description="One's own, if one did it.", examples=[7])
    address: str | None = Field(
        description="Where it was asked for from, if not by another.", examples=["192.0.2.7"]
    )
    user_agent: str | None = Field(
        description="What the client said of itself, likewise.", examples=["curl/8.5.0"]
    )
    request_id: str | None = Field(
        description="The `X-Request-ID` of the request, likewise.", examples=["Vb0yhcJ4"]
    )
    data: dict[str, Any] = Field(
        description="What else is told; which fields, depends on `type`.",
        examples=[{"reason": "credentials"}],
    )
