"""Locks on files, which the system takes back from whoever dies."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def locked(path: Path, how: int = fcntl.LOCK_EX) -> Iterator[None]:
    """Waits until nobody else has it."""
    with path.open("a") as file:
        fcntl.flock(file, how)
        yield


def wait_for(path: Path) -> None:
    """Until nobody has it to themselves."""
    with locked(path, fcntl.LOCK_SH):
        pass
