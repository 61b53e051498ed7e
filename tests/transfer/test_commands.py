"""`uservault import` with files."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from typer.testing import CliRunner, Result

from tests.support import databases
from tests.transfer.test_import import ndjson, row
from uservault.cli import app
from uservault.db.database import Database
from uservault.kit.urls import async_url
from uservault.users.models import User

BAD = {"username": "two words", "email": "two@example.com"}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_url: str) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JWT_SECRET_KEY", databases.SECRET)
    monkeypatch.setenv("USERVAULT_PASSWORDS__ROUNDS", "4")
    monkeypatch.setenv("DATABASE_URL", database_url)
    return tmp_path


def run(*words: object, given: str = "") -> Result:
    return CliRunner().invoke(app, ["import", *map(str, words)], input=given)


def summary(result: Result) -> str:
    """The line with the counts; the import must have taken every row."""
    assert result.exit_code == 0, result.output
    return result.stdout.splitlines()[-1]


def failure(result: Result) -> str:
    """Why the command did nothing, on one line."""
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    [line] = result.stderr.splitlines()
    return line


def users(url: str) -> Sequence[tuple[int, str]]:
    """Everybody in the database, by id."""

    async def read() -> Sequence[tuple[int, str]]:
        database = Database(async_url(url))
        rows = await database.rows(select(User.id, User.username).order_by(User.id))
        await database.close()
        return [(row.id, row.username) for row in rows]

    return asyncio.run(read())


def names(url: str) -> Sequence[str]:
    return [name for _, name in users(url)]


def put(path: Path, *rows: Mapping[str, Any]) -> Path:
    path.write_text(ndjson(*rows))
    return path


class TestFile:
    def test_of_ndjson_is_imported(self, folder: Path, database_url: str) -> None:
        result = run(put(folder / "users.ndjson", row("bob"), row("eve")))

        assert summary(result) == "2 rows: 2 created, 0 updated, 0 skipped, 0 refused"
        assert names(database_url) == ["bob", "eve"]

    def test_of_csv_is_imported(self, folder: Path, database_url: str) -> None:
        (folder / "users.CSV").write_text("username,email\nbob,bob@example.com\n")

        assert summary(run("users.CSV")).startswith("1 rows: 1 created")
        assert names(database_url) == ["bob"]

    def test_may_be_standard_input(self, database_url: str) -> None:
        result = run("-", given=ndjson(row("bob")))

        assert summary(result).startswith("1 rows: 1 created")
        assert names(database_url) == ["bob"]

    def test_that_is_missing_is_told(self) -> None:
        assert "nowhere.ndjson: there is no such file" in failure(run("nowhere.ndjson"))

    def test_or_another_source_must_be_named(self) -> None:
        assert failure(run()) == "uservault: name a file, or --from-flask"

    def test_is_not_read_beside_another_source(self, folder: Path) -> None:
        file = put(folder / "users.ndjson", row("bob"))

        assert "name a file, or" in failure(run(file, "--from-flask", "sqlite:///old.db"))

    def test_takes_ids_on_demand(self, folder: Path, database_url: str) -> None:
        file = put(folder / "users.ndjson", row("bob", id=70), row("eve", id=50))

        summary(run(file, "--keep-ids"))

        assert users(database_url) == [(50, "eve"), (70, "bob")]

    def test_is_only_checked_in_a_dry_run(self, folder: Path, database_url: str) -> None:
        result = run(put(folder / "users.ndjson", row("bob")), "--dry-run")

        assert summary(result).startswith("1 rows: would be 1 created")
        assert names(database_url) == []

    def test_goes_on_where_it_stopped(self, folder: Path, database_url: str) -> None:
        run(put(folder / "part.ndjson", row("bob"), row("eve")))
        whole = put(folder / "users.ndjson", row("bob"), row("eve"), row("mia"))

        result = run(whole, "--on-conflict", "skip")

        assert summary(result) == "3 rows: 1 created, 0 updated, 2 skipped, 0 refused"
        assert names(database_url) == ["bob", "eve", "mia"]


class TestRefusedRows:
    def test_fail_the_command_and_harm_no_other(self, folder: Path, database_url: str) -> None:
        result = run(put(folder / "users.ndjson", BAD, row("eve"), BAD))

        assert result.exit_code == 1
        assert result.stdout.splitlines() == [
            "3 rows: 1 created, 0 updated, 0 skipped, 2 refused",
            "  2 invalid",
            "refused rows: refused.ndjson",
        ]
        assert names(database_url) == ["eve"]

    def test_are_mended_and_imported(self, folder: Path, database_url: str) -> None:
        run(put(folder / "users.ndjson", row("eve"), BAD | {"locale": "de"}))
        kept = folder / "refused.ndjson"
        reason, line = kept.read_text().splitlines()
        assert reason.startswith("# line 2: invalid; /username ")
        assert json.loads(line) == BAD | {"locale": "de"}

        kept.write_text(kept.read_text().replace('"two words"', '"two-words"'))

        assert summary(run(kept)).startswith("1 rows: 1 created")
        assert names(database_url) == ["eve", "two-words"]

    def test_are_for_their_owner_alone(self, folder: Path) -> None:
        run(put(folder / "users.ndjson", BAD | {"password_hash": "hash"}))

        assert (folder / "refused.ndjson").stat().st_mode & 0o777 == 0o600

    def test_overwrite_no_file(self, folder: Path) -> None:
        theirs = put(folder / "refused.ndjson", BAD)
        before = theirs.read_bytes()

        result = run(theirs)

        assert theirs.read_bytes() == before
        assert result.stdout.endswith("refused rows: refused-2.ndjson\n")
        assert (folder / "refused-2.ndjson").exists()

    def test_go_where_they_are_told(self, folder: Path) -> None:
        file = put(folder / "users.ndjson", BAD)

        assert run(file, "--refused", folder / "bad").exit_code == 1

        assert (folder / "bad").exists()
        assert not (folder / "refused.ndjson").exists()

    def test_that_are_no_json_are_kept_as_they_are(self, folder: Path) -> None:
        (folder / "users.ndjson").write_text('{"username": \n')

        assert run("users.ndjson").exit_code == 1

        assert (folder / "refused.ndjson").read_text().endswith('\n{"username":\n')

    def test_of_csv_become_ndjson(self, folder: Path) -> None:
        (folder / "users.csv").write_text("username,email\ntwo words,a@example.com\n")

        run("users.csv")

        _, line = (folder / "refused.ndjson").read_text().splitlines()
        assert json.loads(line) == {"username": "two words", "email": "a@example.com"}

    def test_leave_no_file_if_there_are_none(self, folder: Path) -> None:
        run(put(folder / "users.ndjson", row("bob")))

        assert not (folder / "refused.ndjson").exists()
