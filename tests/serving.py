"""The service as a process of its own, which tests that need a real socket talk to."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.databases import SECRET
from tests.servers import PATIENCE, free_port

CHEAP = {"USERVAULT_PASSWORDS__ROUNDS": "4"}
# For tests that send a lot: no limit of theirs is reached by accident.
UNLIMITED = {
    "USERVAULT_LIMITS__LOGIN_PER_ACCOUNT_AND_CLIENT": "1000000/minute",
    "USERVAULT_LIMITS__LOGIN_PER_ACCOUNT": "1000000/minute",
    "USERVAULT_LIMITS__LOGIN_PER_CLIENT": "1000000/minute",
    "USERVAULT_LIMITS__REGISTER_PER_CLIENT": "1000000/minute",
    "USERVAULT_LIMITS__REGISTER_REFUSED_PER_CLIENT": "1000000/minute",
}


@dataclass(frozen=True)
class Served:
    """Where it listens, and what it has said so far."""

    url: str
    port: int
    output: Path

    def said(self) -> str:
        return self.output.read_text()


@contextmanager
def serving(
    database_url: str, folder: Path, env: Mapping[str, str] | None = None
) -> Iterator[Served]:
    """Runs `uservault serve` in `folder`, and sees that it leaves in order at SIGTERM."""
    port = free_port()
    served = Served(f"http://127.0.0.1:{port}", port, folder / f"served-{port}.log")
    with served.output.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603
            [command("uservault"), "serve", "--port", str(port)],
            cwd=folder,
            env=environment(database_url, env or {}),
            stdout=output,
            stderr=output,
        )
    try:
        _await_health(process, served)
        yield served
    finally:
        process.send_signal(signal.SIGTERM)
        code = process.wait(PATIENCE)
    if code not in (0, -signal.SIGTERM):
        raise RuntimeError(f"it left with {code}: {served.said()[-2000:]}")


def command(name: str) -> str:
    """A program that stands beside the interpreter."""
    return str(Path(sys.executable).with_name(name))


def environment(database_url: str, env: Mapping[str, str]) -> dict[str, str]:
    """What the service is told: nothing but this, whatever the tests themselves are told."""
    inherited = {name: value for name, value in os.environ.items() if "USERVAULT" not in name}
    return inherited | CHEAP | {"DATABASE_URL": database_url, "JWT_SECRET_KEY": SECRET} | dict(env)


def _await_health(process: subprocess.Popen[bytes], served: Served) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(f"{served.url}/healthz").is_success:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise RuntimeError(f"it does not serve: {served.said()[-2000:]}")
