from datetime import datetime
from typing import Annotated, Literal

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field

from uservault.kit.schema import BodyId, Schema
from uservault.sessions.cursor import PATTERN

MAX_IDS = 500  # ids in one request

Ids = Annotated[list[BodyId], Field(max_length=MAX_IDS)]


SessionPathId = Annotated[int, Path(ge=1, lt=10**18, description="The session's id.", examples=[7])]


class SessionRead(Schema):
    """A login that has not ended."""

    id: int = Field(description="Never given to another session.", examples=[7], ge=1)
    label: str = Field(description="The device, for people.", examples=["Firefox on Linux"])
    address: str | None = Field(description="Where it was opened from.", examples=["192.0.2.7"])
    user_agent: str | None = Field(description="What the device said of itself.")
    created_at: datetime = Field(description="UTC (RFC 3339).")
    last_seen_at: datetime = Field(description="To the minute.")
    expires_at: datetime = Field(description="It ends then, used or not.")
    current: bool = Field(description="Whether this is the session that asks.")


class SessionRevocation(Schema):
    """Whose sessions end, and which: all that are named, together."""

    user_ids: Ids = Field([], description="All sessions of these users.", examples=[[7]])
    session_ids: Ids = Field([], description="These sessions.", examples=[[4711]])
    everybody: bool = Field(False, description="All sessions there are, this one too.")


class RevokedToken(Schema):
    """A token revocation request (RFC 7009 §2.1)."""

    model_config = ConfigDict(extra="ignore")  # RFC 6749 §3.2 wants it so

    token: str = Field(
        min_length=1,
        max_length=8192,
        description="A refresh token, or an access token.",
        json_schema_extra={"format": "password"},
    )


class RevokedCount(Schema):
    revoked: int = Field(description="How many live sessions ended.", examples=[3], ge=0)


class Revocation(Schema):
    """Something that access tokens must be refused for, though they verify."""

    kind: Literal["sessions", "user", "everybody"] = Field(
        description="`sessions`: refuse tokens whose `sid` is in `session_ids`. `user`: whose `sub`"
        " is `user_id` and `iat` 30 s before `at` or older; the rest are named by `sessions`."
        " `everybody`: whose `iat` is at most 30 s after `at`."
    )
    at: datetime = Field(description="UTC (RFC 3339).")
    session_ids: list[int] = Field([], description="For `sessions`.")
    user_id: int | None = Field(None, description="For `user`.")


class RevocationFeed(Schema):
    """What has ended; the same thing may be told twice."""

    revocations: list[Revocation] = Field(description="In the order in which they happened.")
    cursor: str = Field(
        description="Send it as `after` the next time.", examples=["1767225600000000.4711"]
    )
    more: bool = Field(description="Whether to ask again at once.")


class RevocationQuery(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    after: str | None = Field(
        None,
        pattern=PATTERN,
        description="The `cursor` of the last answer; absent at first.",
    )
