from pydantic import (
    Field,
)

from uservault.settings.base import Branch


class WorkerSettings(Branch):
    embedded: bool = Field(
        True,
        description="Run background jobs inside the server. If off, run `uservault worker` too.",
    )
    shutdown_timeout: float = Field(
        4, ge=0, le=300, description="Seconds for running jobs to finish after SIGTERM."
    )
