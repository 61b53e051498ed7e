from pathlib import Path
from typing import Literal

from pydantic import (
    Field,
)

from uservault.settings.base import Branch, OrNone


class LogSettings(Branch):
    level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The lowest level that is logged."
    )
    format: Literal["auto", "text", "json"] = Field(
        "auto",
        description="The console's format. `auto`: text on a terminal, JSON elsewhere.",
    )
    file: OrNone[Path] = Field(
        Path("logs/microservice.log"),
        description="A rotating file with JSON lines. Empty: no file.",
    )
    file_bytes: int = Field(
        10_000_000, ge=10_000, description="The size in bytes at which the file is rotated."
    )
    file_backups: int = Field(5, ge=1, le=100, description="How many rotated files are kept.")
