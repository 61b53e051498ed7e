import asyncio
import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.events.record import chained, tamper
from tests.support.databases import SECRET, settings_for
from tests.support.fakes import FakeClock
from tests.support.processes import opened
from uservault.cli import app
from uservault.wiring.ports import Resources


@pytest.fixture
def environment(database_url: str, tmp_path: Path) -> Mapping[str, str]:
    return os.environ | {
        "DATABASE_URL": database_url,
        "JWT_SECRET_KEY": SECRET,
        "USERVAULT_LOG__FILE": str(tmp_path / "log"),
    }


def audit(environment: Mapping[str, str], *words: str) -> Result:
    return CliRunner().invoke(app, ["audit", *words], env=dict(environment))


def prepare(database_url: str, *statements: str) -> None:
    """Three events, and what somebody does to them."""

    async def act() -> None:
        async with opened(settings_for(database_url), FakeClock()) as resources:
            await _act(resources)

    async def _act(resources: Resources) -> None:
        if not statements:
            await chained(resources, 1, 2, 3)
        await tamper(resources, *statements)

    asyncio.run(act())


class TestVerify:
    def test_is_content_with_what_we_wrote(
        self, environment: Mapping[str, str], database_url: str
    ) -> None:
        empty = audit(environment, "verify")
        headless = audit(environment, "head")
        prepare(database_url)

        done = audit(environment, "verify")

        assert empty.exit_code == done.exit_code == 0
        assert empty.stdout.splitlines()[0].startswith("0 events chained since 2026-01-01")
        assert headless.stdout.startswith("0:")
        said = done.stdout.splitlines()
        assert said[0] == "3 events chained since 2026-01-01T00:00:00Z, 0 not chained yet"
        assert said[1].startswith("head 3:")
        assert said[2] == "no tampering found"

    def test_says_what_was_done_and_fails(
        self, environment: Mapping[str, str], database_url: str
    ) -> None:
        prepare(database_url)
        prepare(database_url, "DELETE FROM events WHERE id = 2", "UPDATE events SET subject_id = 9")

        done = audit(environment, "verify")

        assert done.exit_code == 1
        assert done.stdout.splitlines()[:3] == [
            "event 1 was edited, or was not written by UserVault",
            "event 2 was removed",
            "event 3 was edited, or was not written by UserVault",
        ]
        assert "no tampering" not in done.stdout

    def test_compares_with_a_head_that_was_kept(
        self, environment: Mapping[str, str], database_url: str
    ) -> None:
        prepare(database_url)
        head = audit(environment, "head").stdout.strip()
        intact = audit(environment, "verify", "--head", head)
        prepare(
            database_url,
            "DELETE FROM events WHERE id = 3",
            "DELETE FROM event_links WHERE position = 3",
        )

        cut = audit(environment, "verify", "--head", head)

        assert intact.exit_code == 0
        assert cut.exit_code == 1
        assert cut.stdout.startswith(
            "the end of the chain was removed: it ends at 2 instead of 3 or later\n"
        )
        assert audit(environment, "verify").exit_code == 0

    @pytest.mark.parametrize("head", ["x", ":", "0:", "1:y", "x:y", f"{'9' * 5000}:x"])
    def test_knows_its_own_heads_only(self, environment: Mapping[str, str], head: str) -> None:
        done = audit(environment, "verify", "--head", head)

        assert done.exit_code == 2
        assert "head" in done.stderr


class TestAdopt:
    def test_says_what_it_took_in(self, environment: Mapping[str, str], database_url: str) -> None:
        prepare(database_url, "DELETE FROM event_chain")
        broken = audit(environment, "verify")

        done = audit(environment, "adopt")

        assert broken.exit_code == 1
        assert done.stdout == "0 events sealed, a new chain begun\n"
        assert audit(environment, "verify").exit_code == 0
        assert audit(environment, "adopt").stdout == "0 events sealed, the chain goes on\n"
