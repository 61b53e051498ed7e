import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.patience import wait_until
from tests.support.shared import ROOT
from tests.support.tied import SETPRIV

STARTS_ANOTHER = """
import subprocess, sys, time
from tests.support.tied import tied

READY = "import os, time; print(os.getpid(), flush=True); time.sleep(600)"
subprocess.Popen(tied([sys.executable, "-c", READY]))
time.sleep(600)
"""


def runs(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


@pytest.mark.skipif(SETPRIV is None, reason="setpriv is not installed")
def test_a_tied_process_goes_with_whoever_started_it() -> None:
    command = [sys.executable, "-c", STARTS_ANOTHER]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stdout
        pid = int(process.stdout.readline())
        assert runs(pid)
        process.kill()

    assert wait_until(lambda: not runs(pid))
