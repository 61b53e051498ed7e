"""Files that only their owner may read."""

import os
from contextlib import suppress
from pathlib import Path

OWNER_ONLY = 0o600


def private(path: str, flags: int) -> int:
    """An `opener` for `open`: a file that it creates is readable only by its owner."""
    return os.open(path, flags, OWNER_ONLY)


def create_private(path: Path) -> None:
    """Create an empty file, unless there is one. A failure is for who opens it next to tell."""
    with suppress(OSError):
        os.close(private(str(path), os.O_CREAT | os.O_EXCL | os.O_WRONLY))
