from datetime import timedelta

from pydantic import (
    Field,
    field_validator,
)

from uservault.settings.base import Branch

SHORTEST_RETENTION = timedelta(days=2)  # longer than any access token: revocations are kept


class EventSettings(Branch):
    retention: timedelta = Field(
        timedelta(days=730),
        ge=timedelta(0),
        description="How long events are kept: seconds or ISO 8601 (`P730D`). 0: for ever.",
    )

    security_retention: timedelta = Field(
        timedelta(days=90),
        ge=timedelta(0),
        description="How long the record keeps from where users did something to others, after they"
        " were deleted for good. 0: not at all.",
    )

    @field_validator("retention")
    @classmethod
    def _longer_than_tokens(cls, value: timedelta) -> timedelta:
        if timedelta(0) < value < SHORTEST_RETENTION:
            raise ValueError("should be 0, or two days or more")
        return value
