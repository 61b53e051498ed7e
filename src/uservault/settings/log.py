from pathlib import Path
from typing import Literal

from pydantic import (
    Field,
)

from uservault.settings.base import Branch, OrNone


class LogSettings(Branch):
    level: Literal["debug", "info", "warning", "error"] = Field("info", description="From here up.")
    format: Literal["auto", "text", "json"] = Field(
        "auto", description="On the console; `auto` is text on a terminal, JSON elsewhere."
    )
    file: OrNone[Path] = Field(
        Path("logs/microservice.log"), description="JSON lines, rotating; empty for none."
    )
    file_bytes: int = Field(10_000_000, ge=10_000, description="The file rotates at this size.")
    file_backups: int = Field(5, ge=1, le=100, description="Rotated files that are kept.")
