import socket
import subprocess
import sys

import pytest

from tests.support.patience import wait_until
from tests.support.programs import lacking
from tests.support.shared import ROOT, run

A_RUN = """
import time
from tests.support.shared import run
from tests.support.patience import wait_until

with run() as shared:
    print(shared["postgresql"], shared["postgresql"], flush=True)
    time.sleep(600)
"""


def port_of(url: str) -> int:
    return int(url.rpartition(":")[2].partition("/")[0])


def listens(url: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port_of(url))) == 0


@pytest.fixture
def killed() -> str:
    """The URL of a server of a run that was killed."""
    command = [sys.executable, "-c", A_RUN]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stdout
        first, again = process.stdout.readline().split()
        assert first == again
        assert listens(first)
        process.kill()
    return first


class TestRun:
    def test_leaves_no_server_when_it_is_over(self) -> None:
        with run() as shared:
            url = shared["postgresql"]
            assert listens(url)

        assert not listens(url)

    def test_leaves_no_server_when_it_is_killed(self, killed: str) -> None:
        assert wait_until(lambda: not listens(killed))


class TestLacking:
    def test_tells_what_was_not_there_and_for_how_many(self) -> None:
        reasons = ["Skipped: redis is not installed", "Skipped: one is enough"] * 2

        assert lacking(reasons) == "redis (2 tests)"
