"""The published document, and whatever schemathesis makes of it, against the running service."""

import json
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.patience import patience
from tests.support.serving import UNLIMITED, Served, command, environment, serving

HERE = Path(__file__).parent
pytestmark = pytest.mark.once
# Coverage would make minutes of it, and other tests reach the same lines.
UNMEASURED = {"COVERAGE_PROCESS_CONFIG": ""}
GUARDED = {"GET /api/users", "GET /api/users/{id}", "PUT /api/users/{id}", "DELETE /api/users/{id}"}


@pytest.fixture
def served(database_url: str, tmp_path: Path) -> Iterator[Served]:
    with serving(database_url, **UNLIMITED, **UNMEASURED) as served:
        yield served


def explore(served: Served, folder: Path, env: dict[str, str], *options: str) -> None:
    """All checks but those that schemathesis.toml excepts, and the same cases every time.

    Fails with schemathesis's report.
    """
    always = ["--seed=1", "--continue-on-failure"]
    config = f"--config-file={HERE}/schemathesis.toml"
    done = subprocess.run(  # noqa: S603
        [command("schemathesis"), config, "run", f"{served.url}/openapi.json", *always, *options],
        cwd=folder,
        env=environment("", env | UNMEASURED)
        | {"PYTHONPATH": str(HERE.parent), "SCHEMATHESIS_HOOKS": "tests.schemathesis_hooks"},
        capture_output=True,
        text=True,
        timeout=patience(300),
        check=False,
    )
    assert done.returncode == 0, done.stdout[-30000:] + done.stderr[-2000:]


def answers(served: Served) -> Counter[tuple[str, int]]:
    """How often each route gave each status, by the service's own log."""
    said = served.said().splitlines()  # e-mails among it, in development
    lines = [json.loads(line) for line in said if line.startswith('{"event":')]
    requests = [line for line in lines if line["event"] == "request"]
    return Counter((f"{line['method']} {line['route']}", line["status"]) for line in requests)


def test_holds_for_an_administrator(served: Served, database_url: str, tmp_path: Path) -> None:
    tested = {"TESTED_BASE_URL": served.url, "TESTED_DATABASE_URL": database_url}

    explore(served, tmp_path, tested, "--max-examples=15")

    given = answers(served)
    assert {route for route, status in given if status == 200} >= GUARDED
    assert not [(route, status) for route, status in given if status >= 500]


def test_holds_for_a_stranger(served: Served, tmp_path: Path) -> None:
    explore(served, tmp_path, {}, "--max-examples=5", "--phases=examples,fuzzing")

    given = answers(served)
    assert not {route for route, status in given if status == 200} & GUARDED
    assert not [(route, status) for route, status in given if status >= 500]
