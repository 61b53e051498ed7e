"""A program that listens, private to whoever starts it, in a folder that goes away."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

from tests.support.patience import patience

NOBODY = 65534  # who runs a server when we are root: PostgreSQL refuses to be root


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@dataclass
class Server:
    """A server that can be stopped, killed, hung and started again, with its data kept."""

    url: str
    port: int
    folder: Path
    command: Sequence[object]
    stopping: int = signal.SIGTERM
    status: Path | None = None  # whose last line is `ready` when it is, which may be later
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603
                [str(word) for word in self.command],
                cwd=self.folder,
                stdout=log,
                stderr=log,
                **unprivileged(),
            )
        deadline = time.monotonic() + patience(20)
        while not self._ready():
            if time.monotonic() > deadline or self.process.poll() is not None:
                said = (self.folder / "log").read_text()
                raise RuntimeError(f"{self.process.args!r} does not start: {said[-2000:]}")
            time.sleep(0.05)

    def _ready(self) -> bool:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", self.port)):
                return False
        return self.status is None or self.status.read_text().split()[-1:] == ["ready"]

    def stop(self) -> None:
        if self.process:
            self.process.send_signal(self.stopping)
            self.process.wait(patience())
        self.process = None

    def kill(self) -> None:
        """As a crash would: nothing is written any more."""
        self.signal(signal.SIGKILL)
        if self.process:
            self.process.wait(patience())
        self.process = None

    def pause(self) -> None:
        """It keeps its connections, and answers nothing."""
        self.signal(signal.SIGSTOP)

    def resume(self) -> None:
        self.signal(signal.SIGCONT)

    def signal(self, number: int) -> None:
        """To the server and to its children: PostgreSQL has one for each connection."""
        if self.process:
            pid = self.process.pid
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
            for each in (pid, *map(int, children)):
                with suppress(ProcessLookupError):
                    os.kill(each, number)

    @contextmanager
    def running(self) -> Iterator[Self]:
        self.start()
        try:
            yield self
        finally:
            self.resume()
            self.stop()


@contextmanager
def own_folder() -> Iterator[Path]:
    with TemporaryDirectory(prefix="uservault-") as name:
        folder = Path(name)
        if os.geteuid() == 0:
            os.chown(folder, NOBODY, NOBODY)
        yield folder


def unprivileged() -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []}


def run(command: Sequence[object], folder: Path) -> None:
    done = subprocess.run(  # noqa: S603
        [str(word) for word in command],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        **unprivileged(),
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]}: {done.stdout}{done.stderr}")
