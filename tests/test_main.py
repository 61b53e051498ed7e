import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.patience import patience


def imported(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """What `uvicorn uservault.main:app` does first, in a process and a folder of its own."""
    command = "from uservault.main import app; print(app.state.settings.server.port)"
    return subprocess.run(  # noqa: S603
        [sys.executable, "-c", command],
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=patience(),
    )


def test_reads_the_settings_of_the_working_directory(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("USERVAULT_SERVER__PORT=8000\n")

    assert imported(tmp_path).stdout == "8000\n"


@pytest.mark.promise("G1")
def test_stops_with_a_line_for_each_bad_setting(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("USERVAULT_PROT=8000\n")

    stopped = imported(tmp_path, USERVAULT_SERVER__PORT="sesame", USERVAULT_ENV="production")

    assert stopped.returncode == 1
    named = [line.partition(":")[0] for line in stopped.stderr.splitlines()]
    assert named == ["uservault", "USERVAULT_PROT", "USERVAULT_SERVER__PORT"]
    assert "sesame" not in stopped.stderr
