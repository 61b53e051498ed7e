"""The real service: `uservault serve` in processes of its own, spoken to over a socket."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from tests.support.databases import SECRET, lenient
from tests.support.patience import patience
from tests.support.server import free_port
from tests.support.tied import tied

MANY = "1000000/minute"
# No limit is reached by accident.
UNLIMITED = {
    "USERVAULT_LIMITS__LOGIN_PER_ACCOUNT_AND_CLIENT": MANY,
    "USERVAULT_LIMITS__LOGIN_PER_ACCOUNT": MANY,
    "USERVAULT_LIMITS__LOGIN_PER_CLIENT": MANY,
    "USERVAULT_LIMITS__REGISTER_PER_CLIENT": MANY,
    "USERVAULT_LIMITS__REGISTER_REFUSED_PER_CLIENT": MANY,
    "USERVAULT_LIMITS__WRITES_PER_SESSION": MANY,
}
# Nothing that would slow a test down or turn it away; a test may ask for it back.
QUICK = {
    "JWT_SECRET_KEY": SECRET,
    "USERVAULT_LOG__FILE": "",
    "USERVAULT_LOG__FORMAT": "json",
    "USERVAULT_PASSWORDS__ROUNDS": "4",
    "USERVAULT_LIMITS__REGISTER_PER_CLIENT": MANY,
    "USERVAULT_LIMITS__REGISTER_REFUSED_PER_CLIENT": MANY,
    "USERVAULT_LIMITS__WRITES_PER_SESSION": MANY,
    "USERVAULT_DATABASE__MIGRATE_ON_START": "true",
}


@dataclass(frozen=True)
class Served:
    """`log` is where its console goes."""

    url: str
    port: int
    process: "subprocess.Popen[bytes]"
    log: Path

    def said(self) -> str:
        return self.log.read_text()

    def stop(self) -> int:
        """Tells it to stop, and waits; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(patience(20))


@contextmanager
def serving(database_url: str, **env: str) -> Iterator[Served]:
    """Serves that database on a free port, and sees that it leaves in order at the end."""
    with TemporaryDirectory(prefix="uservault-") as folder:
        log = Path(folder) / "console.log"
        port = free_port()
        with log.open("wb") as console:
            process = subprocess.Popen(  # noqa: S603
                tied([command("uservault"), "serve", "--port", port]),
                cwd=folder,
                env=environment(database_url, env),
                stdout=console,
                stderr=console,
            )
        served = Served(f"http://127.0.0.1:{port}", port, process, log)
        try:
            _await_health(served)
            yield served
        finally:
            code = process.poll()
            code = served.stop() if code is None else code
        if code:
            raise RuntimeError(f"it left with {code}: {served.said()[-2000:]}")


def command(name: str) -> str:
    """A program that stands beside the interpreter."""
    return str(Path(sys.executable).with_name(name))


def environment(database_url: str, env: Mapping[str, str]) -> dict[str, str]:
    """What the service is told: nothing but this, whatever the tests themselves are told."""
    inherited = {name: value for name, value in os.environ.items() if "USERVAULT" not in name}
    patient = {f"USERVAULT_DATABASE__{name.upper()}": str(each) for name, each in lenient().items()}
    return inherited | QUICK | patient | {"DATABASE_URL": database_url} | dict(env)


def _await_health(served: Served) -> None:
    deadline = time.monotonic() + patience(20)
    while time.monotonic() < deadline and served.process.poll() is None:
        try:
            if httpx.get(f"{served.url}/healthz", trust_env=False, timeout=patience()).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise RuntimeError(f"it does not serve: {served.said()[-2000:]}")
