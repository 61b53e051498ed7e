"""What a process loads only when it needs it: each takes time of the start, and memory."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.patience import patience

LATE = {
    "aiosmtplib": "e-mails by SMTP",
    "alembic": "migrations",
    "jinja2": "e-mails",
    "limits": "counters in Redis",
    "redis": "counters in Redis",
    "rich": "a terminal",
    "structlog": "a terminal",
    "sqlalchemy.dialects.mysql": "MySQL and MariaDB",
    "sqlalchemy.dialects.postgresql": "PostgreSQL",
    "ua_parser": "logins",
    "zxcvbn": "new passwords",
}


def started(folder: Path, program: str) -> set[str]:
    """The modules that a program has loaded, in a process and a folder of its own."""
    told = subprocess.run(  # noqa: S603
        [sys.executable, "-c", f"{program}\nimport sys; print(*sys.modules)"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
        timeout=patience(),
    )
    return set(told.stdout.splitlines()[-1].split())


@pytest.mark.parametrize("program", ["import uservault.main", "import uservault.cli"])
def test_loads_nothing_that_is_needed_later(tmp_path: Path, program: str) -> None:
    assert not started(tmp_path, program) & set(LATE)


def test_starts_on_a_migrated_database_without_it(tmp_path: Path) -> None:
    start = (
        "import asyncio, os\n"
        f"os.environ['DATABASE_URL'] = 'sqlite:///{tmp_path}/app.db'\n"
        "from uservault.main import app\n"
        "async def start():\n"
        "    async with app.router.lifespan_context(app): pass\n"
        "asyncio.run(start())"
    )
    first = started(tmp_path, start)

    assert "alembic" in first  # this test can see it
    assert not started(tmp_path, start) & set(LATE)
