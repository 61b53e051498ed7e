"""A service of others: its own folder here, its own virtual environment under build/peers."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.filling import PASSWORD
from bench.processes import ROOT, SERVED_ON, Server, pinned, running
from tests.support.server import free_port


@dataclass(frozen=True, slots=True)
class Family(Server):
    """A server with worker processes, whose work is counted too."""

    def cpu(self) -> float:
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        pids = (self.pid, *map(int, children))
        return sum(Server(pid, self.port, self.started).cpu() for pid in pids)


@dataclass(frozen=True, slots=True)
class Peer:
    folder: str
    environment: Mapping[str, str]

    @contextmanager
    def running(self, *command: object) -> Iterator[Server]:
        """With `{port}` and `{code}` in the command filled in."""
        program, *words = command
        port = free_port()
        filled = [str(word).format(port=port, code=self._code) for word in words]
        started = [self._installed(str(program)), *filled]
        with running(started, port, "/healthz", self.environment) as server:
            yield Family(server.pid, server.port, server.started)

    def hash(self) -> str:
        return self._passwords("hash", PASSWORD)

    def alone(self, hash: str, number: int) -> float:
        with pinned(SERVED_ON):
            return float(self._passwords("verify", PASSWORD, hash, str(number)))

    def _passwords(self, *arguments: str) -> str:
        program = self._installed("python")
        return subprocess.check_output(  # noqa: S603
            [program, self._code / "passwords.py", *arguments],
            env=self.environment,
            encoding="utf-8",
        ).strip()

    def _installed(self, program: str) -> Path:
        path = ROOT / "build/peers" / self.folder / "bin" / program
        if not path.exists():
            sys.exit(f"{path.relative_to(ROOT)} is missing: make bench-peers installs it")
        return path

    @property
    def _code(self) -> Path:
        return ROOT / "bench/peers" / self.folder
