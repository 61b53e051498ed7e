"""Keeps a server while a run of tests lasts: `python -m tests.support.keeper NAME FOLDER`.

Tells its URL on stdout, which it then closes. See `shared`.
"""

import os
import sys
from pathlib import Path

from tests.support.locks import locked, wait_for
from tests.support.servers import SERVERS
from tests.support.shared import KEPT, RUN


def keep(name: str, folder: Path) -> None:
    with locked(folder / f"{name}{KEPT}"), SERVERS[name].running() as url:
        print(url, flush=True)  # noqa: T201
        with Path(os.devnull).open("w") as nowhere:
            os.dup2(nowhere.fileno(), sys.stdout.fileno())
        wait_for(folder / RUN)


if __name__ == "__main__":
    if os.fork():
        os._exit(0)
    os.setsid()  # who interrupts the run does not interrupt the stopping of its servers
    keep(sys.argv[1], Path(sys.argv[2]))
