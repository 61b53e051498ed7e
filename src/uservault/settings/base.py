import re
from collections.abc import Iterator
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Literal, TypeAlias, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    SecretStr,
    ValidationInfo,
    field_validator,
)

PREFIX = "USERVAULT_"
ENV_FILE_ENCODING = "utf-8-sig"  # some editors write a byte order mark
SECONDS = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?\Z")
T = TypeVar("T")
Network = IPv4Network | IPv6Network
ForwardedHeader: TypeAlias = Literal["x-forwarded-for", "forwarded"]


class SecretUrl(SecretStr):
    """A URL that may contain a password. The rest may be shown."""


def _none_if_empty(value: object) -> object:
    return None if value == "" else value


OrNone: TypeAlias = Annotated[T | None, BeforeValidator(_none_if_empty)]  # `NAME=` means None


def split(value: str) -> list[str]:
    """The parts of a comma-separated setting."""
    return [part.strip() for part in value.split(",") if part.strip()]


class Branch(BaseModel):
    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        validate_by_name=True,
        validate_by_alias=True,
        hide_input_in_errors=True,
    )

    def faults_in_production(self) -> Iterator[str]:
        """What production refuses: one line each, which names the setting."""
        yield from ()

    @field_validator("*", mode="before")
    @classmethod
    def _seconds(cls, value: object, info: ValidationInfo) -> object:
        """Read text such as `90` as seconds. pydantic does so only for numbers."""
        is_span = cls.model_fields[str(info.field_name)].annotation is timedelta
        is_number = isinstance(value, str) and SECONDS.match(value)
        return float(str(value)) if is_span and is_number else value
