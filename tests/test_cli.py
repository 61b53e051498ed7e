import asyncio
import json
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner, Result

from tests.support import databases
from tests.support.server import free_port
from uservault.cli import app
from uservault.db.database import Database
from uservault.db.revisions import newest
from uservault.kit.urls import async_url
from uservault.passwords.models import Password
from uservault.roles.models import UserRole

ADMIN = ["create-admin", "--username", "root", "--email", "root@example.com"]
CHECKOUT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JWT_SECRET_KEY", databases.SECRET)
    monkeypatch.setenv("USERVAULT_PASSWORDS__ROUNDS", "4")
    return tmp_path


@pytest.fixture
def database(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The database that the commands work on."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    return database_url


def run(*words: str, given: str | bytes = "") -> Result:
    return CliRunner().invoke(app, list(words), input=given)


def refused(result: Result) -> list[str]:
    """What it said, in lines; it must have failed as commands do."""
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    assert result.stderr.startswith("uservault: ")
    return result.stderr.splitlines()


async def administrators(url: str) -> list[tuple[int, str]]:
    database = Database(async_url(url))
    held = select(UserRole.user_id, Password.hash).join(
        Password, Password.user_id == UserRole.user_id
    )
    rows = await database.rows(held)
    await database.close()
    return [(row[0], row[1]) for row in rows]


class TestMigrate:
    def test_goes_down_and_up_again(self, database: str) -> None:
        latest = newest()

        assert run("migrate", "current").stdout == f"at {latest}, expected {latest}\n"
        assert run("migrate", "down", "base").output == "at nothing\n"
        assert run("migrate", "current").stdout == f"at nothing, expected {latest}\n"
        assert run("migrate", "up").stdout == f"at {latest}\n"
        assert run("migrate", "up", "head").stdout == f"at {latest}\n"

    def test_knows_no_revision_that_there_is_not(self, database: str) -> None:
        (line,) = refused(run("migrate", "up", "nonsense"))

        assert "nonsense" in line

    @pytest.mark.promise("G1")
    @pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
    def test_says_that_the_database_is_down(
        self, monkeypatch: pytest.MonkeyPatch, kind: str
    ) -> None:
        url = f"{kind}://u:sesame@127.0.0.1:{free_port()}/db"
        monkeypatch.setenv("DATABASE_URL", url)

        for command in ("up", "down", "current"):
            (line,) = refused(run("migrate", command))

            assert line.endswith("not available: nothing listens at that address and port")
            assert "sesame" not in line

    def test_says_that_there_is_no_folder(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DATABASE_URL", "sqlite:///nowhere/app.db")

        said = refused(run("migrate", "up"))

        assert said[1] == "DATABASE_URL: the folder of its file does not exist"


class TestCreateAdmin:
    @pytest.mark.promise("D7")
    def test_reads_the_password_from_standard_input(self, database: str) -> None:
        result = run(*ADMIN, "--password-stdin", given="open sesame\r\n")

        assert result.stdout == "created administrator root with id 1\n"
        ((id, hash),) = asyncio.run(administrators(database))
        assert id == 1
        assert hash.startswith("$bcrypt-sha256$v=2,t=2b,r=4$")
        assert "sesame" not in result.output

    def test_asks_for_what_it_is_not_told(self, database: str) -> None:
        result = run("create-admin", given="root\nroot@example.com\nopen sesame\nopen sesame\n")

        assert "administrator root" in result.stdout
        assert "sesame" not in result.output
        assert len(asyncio.run(administrators(database))) == 1

    def test_says_that_a_migration_is_missing(
        self, blank_url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("DATABASE_URL", blank_url)

        (line,) = refused(run(*ADMIN, "--password-stdin", given="open sesame\n"))

        assert line.endswith("the schema is missing or old: run `uservault migrate up`")

    def test_makes_nobody_twice(self, database: str) -> None:
        run(*ADMIN, "--password-stdin", given="open sesame\n")

        (line,) = refused(run(*ADMIN, "--password-stdin", given="open sesame\n"))

        assert line.startswith("uservault: Another user has this")
        assert len(asyncio.run(administrators(database))) == 1

    @pytest.mark.promise("G1")
    @pytest.mark.parametrize(
        ("words", "given", "named"),
        [
            (["--username", "two words"], b"open sesame", "username: "),
            (["--email", "nowhere"], b"open sesame", "email: "),
            ([], b"short", "password: "),
            ([], b"", "password: "),
            ([], b"nul\0sesame", "password: "),
            ([], b"\xff\xfe sesame", "the password is not UTF-8"),
        ],
    )
    def test_says_what_is_wrong(self, words: list[str], given: bytes, named: str) -> None:
        (line,) = refused(run(*ADMIN, *words, "--password-stdin", given=given))

        assert named in line
        assert "sesame" not in line

    @pytest.mark.promise("A7")
    def test_keeps_to_the_policy(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("USERVAULT_PASSWORDS__BLOCKLIST", "true")

        said = refused(run(*ADMIN, "--password-stdin", given="password1\n"))

        assert said[1] == "The password is too common or too easy to guess."

    def test_says_that_the_database_was_never_migrated(self) -> None:
        (line,) = refused(run(*ADMIN, "--password-stdin", given="open sesame\n"))

        assert "database" in line


class TestSettings:
    @pytest.mark.promise("G1")
    def test_says_of_each_what_it_is_and_where_from(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (folder / ".env").write_text("USERVAULT_SERVER__PORT=8000\n")
        monkeypatch.setenv("DATABASE_URL", "postgresql://u:sesame@h/db")

        lines = run("settings").stdout.splitlines()

        at = lines.index("USERVAULT_SERVER__PORT=8000")
        assert lines[at + 1 : at + 3] == [
            "    The port to listen on.",
            "    default: 5000; from: .env",
        ]
        at = lines.index("DATABASE_URL=postgresql://h/db")
        assert lines[at + 2] == "    default: sqlite:///app.db; from: environment"
        at = lines.index("JWT_SECRET_KEY=********")
        assert lines[at + 2] == "    default: none; from: environment"
        assert "    default: info; from: default" in lines
        assert databases.SECRET not in "\n".join(lines)

    @pytest.mark.parametrize(
        "words", [["settings"], ["serve"], ["migrate", "up"], ["migrate", "current"]]
    )
    def test_must_be_good_for_every_command(
        self, monkeypatch: pytest.MonkeyPatch, words: list[str]
    ) -> None:
        monkeypatch.setenv("USERVAULT_SERVER__PORT", "sesame")

        said = refused(run(*words))

        assert said[0] == "uservault: bad settings"
        assert said[1].startswith("USERVAULT_SERVER__PORT: ")
        assert "sesame" not in str(said)


class TestPublished:
    def test_document_is_the_committed_one_whatever_the_settings(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("USERVAULT_DOCS", "false")
        monkeypatch.setenv("USERVAULT_SERVER__PORT", "nonsense")

        printed = run("openapi").stdout

        assert json.loads(printed)["openapi"].startswith("3.1")
        assert printed == (CHECKOUT / "openapi.json").read_text()

    def test_problems_are_the_committed_ones(self) -> None:
        committed = (CHECKOUT / "docs" / "problems.md").read_text()

        printed = run("problems").stdout

        assert "| 409 | `email-taken` |" in printed
        assert set(committed.splitlines()) <= set(printed.splitlines())


def test_says_what_it_can_do() -> None:
    result = run("--help")

    for command in ("serve", "migrate", "create-admin", "openapi", "problems", "settings"):
        assert command in result.output
