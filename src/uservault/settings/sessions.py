from datetime import timedelta

from pydantic import (
    Field,
    ValidationInfo,
    field_validator,
)

from uservault.settings.base import Branch


class SessionSettings(Branch):
    lifetime: timedelta = Field(
        timedelta(days=30),
        ge=timedelta(minutes=1),
        le=timedelta(days=3650),
        description="The longest life of a session: seconds or ISO 8601 (`P30D`).",
    )
    idle: timedelta = Field(
        timedelta(days=7),
        ge=timedelta(minutes=2),
        le=timedelta(days=3650),
        description="How long a session lives without use.",
    )
    fresh: timedelta = Field(
        timedelta(minutes=15),
        ge=timedelta(seconds=10),
        le=timedelta(days=1),
        description="How recent a login or password check must be for dangerous actions.",
    )
    max_per_user: int = Field(
        100,
        ge=1,
        le=10_000,
        description="How many sessions a user may have. One more ends the one idle longest.",
    )
    refresh_grace: timedelta = Field(
        timedelta(minutes=2),
        ge=timedelta(0),
        le=timedelta(hours=1),
        description="How long the previous refresh token gets the same answer again. It ends early"
        " when the new refresh token is used.",
    )

    @field_validator("fresh")
    @classmethod
    def _within_a_session(cls, value: timedelta, info: ValidationInfo) -> timedelta:
        if value > info.data.get("lifetime", value):
            raise ValueError("should not be longer than USERVAULT_SESSIONS__LIFETIME")
        return value
