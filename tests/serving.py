"""The real service: `uservault serve` in processes of its own, spoken to over HTTP."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from tests.databases import SECRET
from tests.servers import free_port

COMMAND = Path(sys.executable).parent / "uservault"
PATIENCE = 90.0  # seconds
MANY = "1000000/minute"
# Nothing that would slow a test down or turn it away; a test may ask for it back.
QUICK = {
    "JWT_SECRET_KEY": SECRET,
    "USERVAULT_LOG__FILE": "",
    "USERVAULT_LOG__FORMAT": "json",
    "USERVAULT_PASSWORDS__ROUNDS": "4",
    "USERVAULT_LIMITS__REGISTER_PER_CLIENT": MANY,
    "USERVAULT_LIMITS__REGISTER_REFUSED_PER_CLIENT": MANY,
    "USERVAULT_DATABASE__MIGRATE_ON_START": "true",
}


@dataclass
class Served:
    """`log` is where its console goes."""

    base_url: str
    process: "subprocess.Popen[bytes]"
    log: Path

    def stop(self) -> int:
        """Tells it to stop, and waits; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)


@contextmanager
def serving(url: str, **env: str) -> Iterator[Served]:
    """Serves that database on a free port, until the block ends."""
    with TemporaryDirectory(prefix="uservault-") as folder:
        log = Path(folder) / "console.log"
        port = free_port()
        with log.open("wb") as console:
            process = subprocess.Popen(  # noqa: S603
                [COMMAND, "serve", "--port", str(port)],
                cwd=folder,
                env=os.environ | {"DATABASE_URL": url} | QUICK | env,
                stdout=console,
                stderr=console,
            )
        served = Served(f"http://127.0.0.1:{port}", process, log)
        try:
            _await_health(served)
            yield served
        finally:
            if process.poll() is None:
                served.stop()


def _await_health(served: Served) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and served.process.poll() is None:
        try:
            if httpx.get(f"{served.base_url}/healthz", trust_env=False).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise RuntimeError(f"it does not serve: {served.log.read_text()[-2000:]}")
