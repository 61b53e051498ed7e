from datetime import datetime
from ipaddress import ip_address
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from uservault.kit.schema import Schema
from uservault.telemetry.origin import Client


def _network(text: str) -> str | None:
    address = text.partition("/")[0]
    try:
        ip_address(address)
    except ValueError:
        raise ValueError("It should be an IP address.") from None
    return Client.at(address).network


class ThrottleQuery(BaseModel):
    """Whose throttles: a user's, a client's, or with both also the user's at that client."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    user_id: int | None = Field(None, ge=1, lt=10**18, description="The user's id.")
    client: Annotated[str, AfterValidator(_network)] | None = Field(
        None,
        max_length=64,
        description="An IP address. With `user_id`: also that user's throttles at this client.",
        examples=["192.0.2.7"],
    )

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if self.user_id is None and self.client is None:
            raise ValueError("Name a user_id or a client.")
        return self

    @property
    def network(self) -> Client | None:
        return Client(self.client) if self.client else None


class ThrottleRead(Schema):
    """Tries that were counted. At `limit`, the next one is refused until `ends_at`."""

    kind: str = Field(description="The limit, as in RateLimit-Policy.", examples=["login"])
    name: str | None = Field(
        description="The username or address; null for the user or client.", examples=["ada"]
    )
    used: int = Field(description="Tries counted so far.", ge=1, examples=[11])
    limit: int = Field(description="Tries allowed.", examples=[10])
    ends_at: datetime = Field(description="When the count begins anew; UTC.")
