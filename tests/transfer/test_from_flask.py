"""`uservault import --from-flask`, from a database as the former service made it."""

import asyncio
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import bcrypt
import pytest
from sqlalchemy import select

from tests.transfer.test_commands import failure, folder, put, run, summary, users
from tests.transfer.test_import import row
from uservault.db.database import Database
from uservault.kit.urls import async_url
from uservault.passwords.models import Password

__all__ = ["folder"]  # a fixture of every test here

SCHEMA = """
CREATE TABLE user (
    id INTEGER NOT NULL,
    username VARCHAR(80) NOT NULL,
    email VARCHAR(120) NOT NULL,
    password_hash VARCHAR(256) NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (username),
    UNIQUE (email)
)
"""
HASH = bcrypt.hashpw(b"open sesame", bcrypt.gensalt(4)).decode()


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """The former service's database, without users."""
    path = tmp_path / "old.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute(SCHEMA)
    return path


def people(path: Path, names: Mapping[int, str], hash: str = HASH) -> None:
    """Adds users to the former service."""
    with closing(sqlite3.connect(path)) as database, database:
        rows = [(id, name, f"user{id}@example.com", hash) for id, name in names.items()]
        database.executemany("INSERT INTO user VALUES (?, ?, ?, ?)", rows)


def move(path: Path, *words: str) -> str:
    return summary(run("--from-flask", f"sqlite:///{path}", *words))


def hashes(url: str) -> list[str]:
    async def read() -> list[str]:
        database = Database(async_url(url))
        rows = await database.rows(select(Password.hash).order_by(Password.user_id))
        await database.close()
        return [row.hash for row in rows]

    return asyncio.run(read())


class TestFromFlask:
    def test_keeps_ids_and_passwords(self, old: Path, database_url: str) -> None:
        people(old, {3: "bob", 70: "eve"})

        assert move(old).startswith("2 rows: 2 created")

        assert users(database_url) == [(3, "bob"), (70, "eve")]
        assert hashes(database_url) == [HASH, HASH]

    def test_new_users_come_after_the_highest_id(
        self, old: Path, tmp_path: Path, database_url: str
    ) -> None:
        people(old, {70: "eve", 3: "bob"})
        move(old)

        summary(run(put(tmp_path / "new.ndjson", row("new"))))

        assert users(database_url)[-1] == (71, "new")

    def test_derives_names_that_are_not_allowed(self, old: Path, database_url: str) -> None:
        people(old, {1: "Zoë Quinn", 2: "李", 3: "bob", 4: "x" * 80})

        result = run("--from-flask", f"sqlite:///{old}")

        derived = [(1, "Zoe-Quinn-1"), (2, "user-2"), (3, "bob"), (4, "x" * 40 + "-4")]
        assert users(database_url) == derived
        told = result.stdout.splitlines()
        assert told[0] == (
            "user 1: the username 'Zoë Quinn' is taken or not allowed here; it is now Zoe-Quinn-1"
        )
        assert len(told) == 4
        assert "user 3" not in result.stdout

    def test_of_twins_by_case_the_first_keeps_the_name(self, old: Path, database_url: str) -> None:
        people(old, {5: "Bob", 8: "bob", 9: "BOB"})

        assert move(old).startswith("3 rows: 3 created")

        assert users(database_url) == [(5, "Bob"), (8, "bob-8"), (9, "BOB-9")]

    def test_refuses_what_has_no_address(self, old: Path, database_url: str) -> None:
        people(old, {1: "bob", 2: "eve"})
        with closing(sqlite3.connect(old)) as database, database:
            database.execute("UPDATE user SET email = 'nowhere' WHERE id = 1")

        result = run("--from-flask", f"sqlite:///{old}")

        assert result.exit_code == 1
        assert users(database_url) == [(2, "eve")]
        assert "/email" in (old.parent / "refused.ndjson").read_text()

    def test_refuses_hashes_that_no_login_could_verify(self, old: Path) -> None:
        people(old, {1: "bob"}, hash="md5")

        result = run("--from-flask", f"sqlite:///{old}")

        assert result.exit_code == 1
        assert "/password_hash" in (old.parent / "refused.ndjson").read_text()

    def test_goes_on_where_it_stopped(self, old: Path, database_url: str) -> None:
        people(old, {1: "bob", 2: "Eve X"})
        move(old)
        people(old, {3: "mia"})

        assert move(old, "--on-conflict", "skip").startswith("3 rows: 1 created")

        assert users(database_url) == [(1, "bob"), (2, "Eve-X-2"), (3, "mia")]

    def test_reads_more_than_a_page(self, old: Path, database_url: str) -> None:
        people(old, {id: f"user{id}" for id in range(1, 1203)})

        assert move(old).startswith("1,202 rows: 1,202 created")

        assert len(users(database_url)) == 1202

    def test_does_not_write_to_the_old_database(self, old: Path) -> None:
        people(old, {1: "bob"})
        before = old.read_bytes()
        old.chmod(0o400)

        move(old)

        assert old.read_bytes() == before
        assert [path.name for path in old.parent.glob("old.db*")] == ["old.db"]

    def test_only_looks_in_a_dry_run(self, old: Path, database_url: str) -> None:
        people(old, {1: "bob"})

        assert "would be 1 created" in move(old, "--dry-run")

        assert users(database_url) == []

    def test_says_what_is_wrong_with_the_url(self) -> None:
        assert failure(run("--from-flask", "nonsense")).startswith("uservault: --from-flask: ")

    def test_makes_no_database_where_there_is_none(self, tmp_path: Path) -> None:
        result = run("--from-flask", f"sqlite:///{tmp_path}/nowhere.db")

        assert result.exit_code == 2
        assert not (tmp_path / "nowhere.db").exists()
