"""`uservault users`: the operator helps."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner, Result

from tests.support import databases
from uservault.cli import app
from uservault.db.database import Database
from uservault.events.models import EventRecord
from uservault.kit.urls import async_url
from uservault.passwords.models import Password
from uservault.users.models import User

ADMIN = ["create-admin", "--username", "root", "--email", "root@example.com", "--password-stdin"]


@pytest.fixture(autouse=True)
def database(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """With one user, whom the commands help."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("JWT_SECRET_KEY", databases.SECRET)
    monkeypatch.setenv("USERVAULT_PASSWORDS__ROUNDS", "4")
    monkeypatch.setenv("USERVAULT_PUBLIC_URL", "https://id.example.com")
    CliRunner().invoke(app, ADMIN, input="open sesame\n")
    return database_url


def run(*words: str, given: str = "") -> Result:
    return CliRunner().invoke(app, ["users", *words], input=given)


async def _read(url: str) -> tuple[str, bool, bool, list[tuple[str, int | None]]]:
    database = Database(async_url(url))
    columns = select(Password.hash, Password.must_change, User.email_verified_at)
    [user] = await database.rows(columns.join(User, User.id == Password.user_id))
    events = select(EventRecord.type, EventRecord.actor_id).order_by(EventRecord.id)
    rows = await database.rows(events)
    await database.close()
    return user[0], user[1], user[2] is not None, [(row[0], row[1]) for row in rows]


def test_sets_a_password_that_must_be_changed(database: str) -> None:
    before, *_ = asyncio.run(_read(database))

    result = run("set-password", "ROOT", "--password-stdin", given="violet otter 9\r\n")

    hash, must_change, _, events = asyncio.run(_read(database))
    assert result.output == "set the password of ROOT\n"
    assert (hash != before, must_change, events[-1]) == (True, True, ("password.set", None))


def test_asks_for_the_password(database: str) -> None:
    result = run("set-password", "root@example.com", "--keep", given="violet 9\nviolet 9\n")

    assert "set the password" in result.output
    assert "violet" not in result.output
    assert asyncio.run(_read(database))[1] is False


def test_prints_a_link(database: str) -> None:
    result = run("reset-link", "root")

    assert result.output.startswith("https://id.example.com/reset#token=1-")
    assert asyncio.run(_read(database))[3][-1] == ("password.reset_link_made", None)


def test_marks_an_address_as_verified_or_not(database: str) -> None:
    result = run("verify-email", "root", "--revoke")
    revoked = asyncio.run(_read(database))[2]
    run("verify-email", "root")

    assert result.output == "the e-mail address of root is not verified\n"
    assert (revoked, asyncio.run(_read(database))[2]) == (False, True)


@pytest.mark.promise("G1")
@pytest.mark.parametrize(
    ("words", "given", "said"),
    [
        (["set-password", "root", "--password-stdin"], "tiny\n", "password: "),
        (["set-password", "nobody", "--password-stdin"], "violet otter 9\n", "does not exist"),
        (["reset-link", "nobody"], "", "does not exist"),
    ],
)
def test_says_what_is_wrong(words: list[str], given: str, said: str) -> None:
    result = run(*words, given=given)

    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
    assert not given or given.strip() not in result.stderr
