"""What the figures were measured with."""

import os
import platform
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.processes import ALL, LOADED_FROM, ROOT, SERVED_ON
from bench.stage import Stage
from tests.support.databases import connected

PACKAGES = (
    "fastapi", "starlette", "pydantic", "uvicorn", "uvloop", "httptools", "sqlalchemy", "asyncpg",
    "aiosqlite", "bcrypt",
)  # fmt: skip
IDLE = 0.5  # the load average of a machine with nothing else to do, at most


async def facts(stage: Stage) -> dict[str, Any]:
    """To be called before anything is measured."""
    load = os.getloadavg()
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "revision": _revision(),
        "machine": _machine(),
        "versions": await _versions(stage),
        "load_at_begin": load,
        "loaded": load[0] > IDLE,  # by others: the figures are noisy
        "sizes": asdict(stage.sizes),
    }


def at_end(stage: Stage, broken: Sequence[str]) -> dict[str, Any]:
    """`filled` are the seconds that it took to fill each database."""
    return {"load_at_end": os.getloadavg(), "filled": stage.filled, "broken": list(broken)}


def lines(facts: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """As text: a line a fact."""
    for name, value in facts.items():
        if isinstance(value, Mapping):
            yield from lines(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}: {value}"


def _machine() -> dict[str, Any]:
    return {
        "cpu": _field("/proc/cpuinfo", "model name"),
        "cores": os.cpu_count(),
        "affinity": ALL,
        "servers_on": sorted(SERVED_ON),
        "load_generator_and_database_on": sorted(LOADED_FROM),
        "memory": _field("/proc/meminfo", "MemTotal"),
        "kernel": f"{platform.system()} {platform.release()} {platform.machine()}",
    }


def _field(file: str, name: str) -> str | None:
    for line in Path(file).read_text().splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return None  # not every CPU has a name


async def _versions(stage: Stage) -> dict[str, str]:
    async with connected(stage.postgresql) as connection:
        server = await connection.exec_driver_sql("SHOW server_version")
        return {
            "python": platform.python_version(),
            **{name: version(name) for name in PACKAGES},
            "postgresql": str(server.scalar_one()),
        }


def _revision() -> str | None:
    """The commit, with a + if anything differs from it. None outside of a checkout."""
    try:
        revision, changes = _git("rev-parse", "HEAD"), _git("status", "--porcelain")
    except (OSError, subprocess.CalledProcessError):
        return None
    return revision + ("+" if changes else "")


def _git(*words: str) -> str:
    command = ["git", *words]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S603
    return done.stdout.strip()
