from typing import Annotated

from pydantic import (
    BeforeValidator,
    Field,
    ValidationInfo,
    field_validator,
)

from uservault.settings.base import Branch, ForwardedHeader, OrNone
from uservault.settings.parsing import lower


class ServerSettings(Branch):
    host: str = Field("127.0.0.1", description="The address to listen on. `::`: all, of IPv4 too.")
    port: int = Field(5000, ge=0, le=65535, description="The port to listen on.")
    forwarded_header: Annotated[ForwardedHeader, BeforeValidator(lower)] = Field(
        "x-forwarded-for",
        description="Where USERVAULT_TRUSTED_PROXIES say who the client is: `x-forwarded-for` or"
        " `forwarded` (RFC 7239). The other header is never read.",
    )
    root_path: OrNone[str] = Field(
        None,
        pattern=r"^(/|(/[A-Za-z0-9._~-]+)+/?)$",
        description="The path below which a proxy serves the API, like `/auth`. `/`: none."
        " Default: the path of USERVAULT_PUBLIC_URL.",
    )
    workers: int = Field(1, ge=1, le=256, description="Server processes.")
    shutdown_timeout: int = Field(
        15, ge=1, le=300, description="Seconds for open requests to finish after SIGTERM."
    )
    read_timeout: float = Field(
        20,
        gt=0,
        le=300,
        description="Seconds for a request's headers, and for its body, to arrive; and for a client"
        " to take what is sent.",
    )
    keep_alive: int = Field(
        75,
        ge=1,
        le=3600,
        description="Seconds that an idle connection stays open: more than those of a balancer.",
    )
    max_connections: OrNone[int] = Field(
        None,
        ge=1,
        description="Open connections of a process. Default, and most: what its files allow.",
    )
    max_connections_per_client: OrNone[int] = Field(
        None,
        ge=1,
        description="Likewise of a client that is no trusted proxy. Default: an eighth of them, at"
        " most 500.",
    )
    max_body_bytes: int = Field(
        65536,
        ge=1024,
        le=16777216,
        description="The largest request body in bytes. Beyond that: 413.",
    )

    @property
    def local_url(self) -> str:
        """Where it listens."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    @field_validator("max_connections_per_client")
    @classmethod
    def _within_all(cls, value: int | None, info: ValidationInfo) -> int | None:
        total = info.data.get("max_connections")
        if value and total and value > total:
            raise ValueError("should not be above USERVAULT_SERVER__MAX_CONNECTIONS")
        return value
