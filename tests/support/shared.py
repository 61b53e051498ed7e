"""The servers that all workers of a run share.

The first test that needs one has it started, in whichever worker that is. A keeper, a process of
its own, stops it when the run is over, however it ends: it waits for a lock that the run holds,
and the system takes that back even from who is killed.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.locks import locked, wait_for
from tests.support.programs import ProgramMissing, go_without
from tests.support.servers import SERVERS

ROOT = Path(__file__).parents[2]
RUN = "run"  # the file that is locked while the run lasts
KEPT = ".kept"  # ending of the files that are locked by keepers


@dataclass(frozen=True)
class Shared:
    """The URLs of the servers, by name. Asking for one starts it."""

    folder: Path

    def __getitem__(self, name: str) -> str:
        try:
            SERVERS[name].look()
        except ProgramMissing as missing:
            go_without(missing)
        url = self.folder / f"{name}.url"
        with locked(self.folder / f"{name}.lock"):
            if not url.exists():
                url.write_text(self._start(name))
            return url.read_text()

    def _start(self, name: str) -> str:
        log = self.folder / f"{name}.log"
        with log.open("w") as said:
            done = subprocess.run(  # noqa: S603
                [sys.executable, "-m", "tests.support.keeper", name, str(self.folder)],
                cwd=ROOT,
                env={key: each for key, each in os.environ.items() if "COV" not in key},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,  # the keeper closes it when it has told the URL
                stderr=said,
                text=True,
                check=False,
            )
        if not done.stdout:
            raise RuntimeError(f"{name} does not start: {log.read_text()}")
        return done.stdout.strip()


@contextmanager
def run() -> Iterator[Shared]:
    """A run; at its end, every server of it is gone."""
    with TemporaryDirectory(prefix="uservault-run-") as name:
        folder = Path(name)
        with locked(folder / RUN):
            yield Shared(folder)
        for keeper in folder.glob(f"*{KEPT}"):
            wait_for(keeper)
