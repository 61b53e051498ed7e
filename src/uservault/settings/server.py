from pydantic import (
    Field,
)

from uservault.settings.base import Branch


class ServerSettings(Branch):
    host: str = Field("127.0.0.1", description="The address to listen on.")
    port: int = Field(5000, ge=0, le=65535, description="The port to listen on.")
    workers: int = Field(1, ge=1, le=256, description="Server processes.")
    shutdown_timeout: int = Field(
        15, ge=1, le=300, description="Seconds for open requests to finish after SIGTERM."
    )
    read_timeout: float = Field(
        20, gt=0, le=300, description="Seconds for a request body to arrive."
    )
    max_body_bytes: int = Field(
        65536,
        ge=1024,
        le=16777216,
        description="The largest request body in bytes. Beyond that: 413.",
    )
