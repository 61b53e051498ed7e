"""The servers that are measured: processes of their own, on a CPU that they share with nobody."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, sleep

from tests.support.server import free_port
from uservault.settings.tree import Settings

ALL = sorted(os.sched_getaffinity(0))
SERVED_ON = frozenset(ALL[:1])
LOADED_FROM = frozenset(ALL[1:] or ALL)  # the load generator, and the database
PATIENCE = 60.0
TICK = os.sysconf("SC_CLK_TCK")
ROOT = Path(__file__).parents[1]
UNLIMITED = "9999999/second"


@dataclass(frozen=True, slots=True)
class Server:
    """`started` is the seconds from its start to its first 200."""

    pid: int
    port: int
    started: float

    def cpu(self) -> float:
        """Seconds of CPU that the process has used, all its threads together."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def memory(self) -> float:
        """Megabytes: its own, and its share of what it shares (PSS)."""
        lines = Path(f"/proc/{self.pid}/smaps_rollup").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


@contextmanager
def pinned(cpus: frozenset[int]) -> Iterator[None]:
    """Whatever is started meanwhile, thread or process, stays on these CPUs."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cpus)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextmanager
def reference(app: str = "bench.reference:app") -> Iterator[Server]:
    port = free_port()
    command = [_installed("uvicorn"), app, "--app-dir", ROOT, "--port", port,
               "--loop", "uvloop", "--http", "httptools", "--no-access-log",
               "--log-level", "warning"]  # fmt: skip
    with running(command, port, "/users/1", {}) as server:
        yield server


@contextmanager
def uservault(settings: Settings, *, logs: bool = False) -> Iterator[Server]:
    """Ours, on a migrated database. Like the reference it logs no requests, unless told to.

    With `logs` it logs as it does by default: to its output, which is a file here, and to a
    rotating file in the folder where it runs.
    """
    port = free_port()
    command = [_installed("uservault"), "serve", "--port", port]
    environment = {
        "DATABASE_URL": settings.database_url.get_secret_value(),
        "JWT_SECRET_KEY": settings.jwt_secret_key.get_secret_value(),
        "USERVAULT_PASSWORDS__ROUNDS": str(settings.passwords.rounds),
        "USERVAULT_PASSWORDS__SCHEME": settings.passwords.scheme,
        "USERVAULT_LIMITS__LOGIN_PER_ACCOUNT_AND_CLIENT": UNLIMITED,
        "USERVAULT_LIMITS__LOGIN_PER_ACCOUNT": UNLIMITED,
        "USERVAULT_LIMITS__LOGIN_PER_CLIENT": UNLIMITED,
        "USERVAULT_LIMITS__REGISTER_PER_CLIENT": UNLIMITED,
        "USERVAULT_LIMITS__REGISTER_REFUSED_PER_CLIENT": UNLIMITED,
        "USERVAULT_LIMITS__WRITES_PER_SESSION": UNLIMITED,
    }
    if not logs:
        environment["USERVAULT_LOG__LEVEL"] = "warning"
    with running(command, port, "/healthz", environment) as server:
        yield server


def _installed(name: str) -> Path:
    return Path(sys.executable).with_name(name)


@contextmanager
def running(
    command: Sequence[object], port: int, path: str, environment: Mapping[str, str]
) -> Iterator[Server]:
    with TemporaryDirectory(prefix="uservault-") as folder, Path(folder, "log").open("wb") as log:
        began = perf_counter()
        with pinned(SERVED_ON):
            process = subprocess.Popen(  # noqa: S603
                [str(word) for word in command],
                cwd=folder,
                env={"PATH": os.environ["PATH"], **environment},
                stdout=log,
                stderr=log,
            )
        try:
            _await_200(process, port, path)
            yield Server(process.pid, port, perf_counter() - began)
        finally:
            process.terminate()
            process.wait(PATIENCE)


def _await_200(process: subprocess.Popen[bytes], port: int, path: str) -> None:
    deadline = perf_counter() + PATIENCE
    while perf_counter() < deadline and process.poll() is None:
        if _answers(port, path):
            return
        sleep(0.005)
    raise RuntimeError(f"{process.args!r} does not answer")


def _answers(port: int, path: str) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
