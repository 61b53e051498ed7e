from pydantic import (
    Field,
)

from uservault.settings.base import Branch


class WorkerSettings(Branch):
    embedded: bool = Field(
        True, description="Work inside the server; else run `uservault worker` beside it."
    )
    shutdown_timeout: float = Field(
        4, ge=0, le=300, description="Seconds for what is under way to be finished at SIGTERM."
    )
