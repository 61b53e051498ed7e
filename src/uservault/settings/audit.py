from pathlib import Path

from pydantic import Field

from uservault.settings.base import Branch, OrNone


class AuditSettings(Branch):
    head_file: OrNone[Path] = Field(
        None,
        description="A file for the end of the chain of events, on a disk that the database does"
        " not have. `uservault audit verify` compares the record with it.",
    )
