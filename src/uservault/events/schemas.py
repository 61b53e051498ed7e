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
        description="Only events of this type. If it ends in a dot: of all types that begin so.",
        examples=["login.failed", "login."],
    )
    since: Moment | None = Field(
        None,
        description="Only events at or after this time (RFC 3339 with a time zone).",
        examples=["2026-01-01T00:00:00Z"],
    )
    until: Moment | None = Field(
        None,
        description="Only events before this time (RFC 3339 with a time zone).",
        examples=["2026-02-01T00:00:00Z"],
    )


class EventQuery(MyEventQuery):
    actor: int | None = Field(
        None, ge=1, lt=10**18, description="Only events that this user caused.", examples=[1]
    )
    subject: int | None = Field(
        None,
        ge=1,
        lt=10**18,
        description="Only events that happened to this user.",
        examples=[2],
    )


class EventRead(Schema):
    """An event."""

    id: int = Field(
        description="The event's id. Ids are not in the order of time.", examples=[4711], ge=1
    )
    type: str = Field(description="What happened.", examples=["user.updated"])
    at: datetime = Field(
        description="When it happened, in UTC (RFC 3339).", examples=["2026-01-01T12:00:00Z"]
    )
    actor_id: int | None = Field(
        description="The user who caused it; null for anonymous clients and the service itself.",
        examples=[1],
    )
    actor_kind: str | None = Field(
        description="What the actor is: `user`. null in events of older versions.",
        examples=["user"],
    )
    subject_id: int | None = Field(
        description="The user it happened to; null if there is none.", examples=[2]
    )
    session_id: int | None = Field(description="The actor's session.", examples=[7])
    address: str | None = Field(
        description="The client's IP address; null once it is erased.", examples=["192.0.2.7"]
    )
    user_agent: str | None = Field(
        description="The client's `User-Agent` header; null once it is erased.",
        examples=["curl/8.5.0"],
    )
    request_id: str | None = Field(
        description="The `X-Request-ID` of the request.", examples=["Vb0yhcJ4"]
    )
    data: dict[str, Any] = Field(
        description="Details of the event. The fields depend on `type`.",
        examples=[{"changed": ["email"]}],
    )


class MyEventRead(Schema):
    """An event that you caused or that happened to you. It does not identify other actors."""

    id: int = Field(
        description="The event's id. Ids are not in the order of time.", examples=[4711], ge=1
    )
    type: str = Field(description="What happened.", examples=["login.failed"])
    at: datetime = Field(
        description="When it happened, in UTC (RFC 3339).", examples=["2026-01-01T12:00:00Z"]
    )
    by_other: bool = Field(
        description="Whether another user caused it, such as an administrator.", examples=[False]
    )
    subject_id: int | None = Field(
        description="The user it happened to; null if there is none.", examples=[2]
    )
    session_id: int | None = Field(
        description="Your session; null if another user caused the event.", examples=[7]
    )
    address: str | None = Field(
        description="The client's IP address; null if another user caused the event.",
        examples=["192.0.2.7"],
    )
    user_agent: str | None = Field(
        description="The client's `User-Agent` header; null if another user caused the event.",
        examples=["curl/8.5.0"],
    )
    request_id: str | None = Field(
        description="The `X-Request-ID` of the request; null if another user caused the event.",
        examples=["Vb0yhcJ4"],
    )
    data: dict[str, Any] = Field(
        description="Details of the event. The fields depend on `type`.",
        examples=[{"reason": "credentials"}],
    )
