"""The service as a newcomer starts it: in a directory of its own, with nothing set."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.patience import patience

SET = ("USERVAULT_", "DATABASE_URL", "JWT_SECRET_KEY")
LISTENS = "Uvicorn running on"


@contextmanager
def started(folder: Path, port: int) -> Iterator["subprocess.Popen[bytes]"]:
    """`uservault serve`, until the block ends; what it says goes to `folder/console`."""
    with (folder / "console").open("wb") as console:
        server = subprocess.Popen(  # noqa: S603
            [str(Path(sys.executable).with_name("uservault")), "serve", "--port", str(port)],
            cwd=folder,
            env={name: value for name, value in os.environ.items() if not name.startswith(SET)},
            stdout=console,
            stderr=console,
        )
        try:
            yield server
        finally:
            server.kill()
            server.wait()


@contextmanager
def serving(folder: Path, port: int) -> Iterator["subprocess.Popen[bytes]"]:
    """The same, once it listens."""
    with started(folder, port) as server:
        deadline = time.monotonic() + patience(20)
        while LISTENS not in (folder / "console").read_text():
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((folder / "console").read_text())
            time.sleep(0.05)
        yield server
