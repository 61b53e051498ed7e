"""Why a database is not available, in words for operators, without secrets."""

import asyncio
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.support import databases
from tests.support.programs import ProgramMissing, go_without
from tests.support.server import free_port
from tests.support.servers import mariadb_server, postgresql_server
from uservault.db import causes
from uservault.db.database import Database
from uservault.db.errors import DatabaseUnavailable
from uservault.db.unit_of_work import unit_of_work
from uservault.kit.urls import async_url

pytestmark = pytest.mark.promise("G1")


class Log:
    """What was said while we looked."""

    def __init__(self, caplog: pytest.LogCaptureFixture) -> None:
        self.caplog = caplog

    def causes(self) -> list[str]:
        records = [each for each in self.caplog.records if each.name == "uservault.db.outages"]
        self.caplog.clear()
        for record in records:
            assert record.getMessage() == "the database is not available"
            assert "sesame" not in repr(vars(record))
        return [vars(record)["cause"] for record in records]


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Log:
    return Log(caplog)


def fail(url: str, statement: str = "SELECT 1", *, writes: bool = False) -> None:
    async def ask(database: Database) -> None:
        if not writes:
            await database.rows(text(statement))
            return
        async with unit_of_work(database) as session:
            await session.execute(text(statement))

    async def ask_often() -> None:
        database = Database(async_url(url))
        for _ in range(3):  # each cause is told once
            with pytest.raises(DatabaseUnavailable):
                await ask(database)
        await database.close()

    asyncio.run(ask_often())


@pytest.fixture(scope="module")
def postgresql() -> Iterator[str]:
    with postgresql_server() as server:
        hba = server.folder / "data" / "pg_hba.conf"
        hba.write_text("host all asks 127.0.0.1/32 scram-sha-256\n"
                       "host all crypt 127.0.0.1/32 reject\n" + hba.read_text())  # fmt: skip
        asyncio.run(_ask(server.url, "CREATE ROLE asks LOGIN PASSWORD 'other'"))
        asyncio.run(_ask(server.url, "SELECT pg_reload_conf()"))
        yield server.url


@pytest.fixture(scope="module")
def mariadb() -> Iterator[str]:
    try:
        with mariadb_server() as server:
            yield server.url
    except ProgramMissing as missing:
        go_without(missing)


async def _ask(url: str, statement: str) -> None:
    async with databases.connected(url) as connection:
        await connection.execute(text(statement))


@pytest.mark.backend("postgresql")
def test_of_postgresql_are_told_apart(postgresql: str, log: Log) -> None:
    by = postgresql.replace
    for url, cause in (
        (by("postgres@", "nobody:sesame@"), causes.LOGIN),
        (by("postgres@", "asks:sesame@"), causes.LOGIN),
        (by("postgres@", "crypt:sesame@"), causes.LOGIN),
        (by("/postgres", "/nothing").replace("//nothing", "//postgres"), causes.NO_DATABASE),
        (by("127.0.0.1", "nowhere.invalid"), "the name of the host is unknown"),
        (f"{postgresql}?sslmode=require", causes.REJECTED_TLS),
        (f"postgresql://u:sesame@127.0.0.1:{free_port()}/db",
         "nothing listens at that address and port"),
        (f"postgresql://u:sesame@localhost:{free_port()}/db",
         "nothing listens at that address and port"),
        ("postgresql://u:sesame@/db?host=/nowhere", "there is no such socket or file"),
    ):  # fmt: skip
        fail(url)
        assert log.causes() == [cause], cause
    fail(postgresql, "SELECT 'sesame' FROM users")
    assert log.causes() == [causes.UNMIGRATED]
    fail(f"{postgresql}?options=-c%20default_transaction_read_only%3Don",
         "CREATE TABLE sesame (id int)", writes=True)  # fmt: skip
    assert log.causes() == [causes.READ_ONLY]


@pytest.mark.backend("mariadb")
def test_of_mariadb_are_told_apart(mariadb: str, log: Log) -> None:
    by = mariadb.replace
    for url, cause in (
        (by("uservault:uservault", "nobody:sesame"), causes.LOGIN),
        (by("uservault:uservault", "uservault:sesame"), causes.LOGIN),
        (by("/test", "/nothing"), causes.NO_DATABASE),
        (by("127.0.0.1", "nowhere.invalid"), "the name of the host is unknown"),
        (f"mariadb://u:sesame@127.0.0.1:{free_port()}/db",
         "nothing listens at that address and port"),
    ):  # fmt: skip
        fail(url)
        assert log.causes() == [cause], cause
    fail(mariadb, "SELECT 'sesame' FROM users")
    assert log.causes() == [causes.UNMIGRATED]


class TestSqlite:
    def test_are_told_apart(self, tmp_path: Path, log: Log) -> None:
        fail(f"sqlite:///{tmp_path}/app.db", "SELECT 'sesame' FROM users")
        assert log.causes() == [causes.UNMIGRATED]
        (tmp_path / "text.db").write_text("sesame" * 1000)
        fail(f"sqlite:///{tmp_path}/text.db", "SELECT 1 FROM users")
        assert log.causes() == ["the file is not a SQLite database"]

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may write every file")
    def test_name_a_file_of_another(self, tmp_path: Path, log: Log) -> None:
        with sqlite3.connect(tmp_path / "app.db") as made:
            made.execute("CREATE TABLE users (id int)")
        (tmp_path / "app.db").chmod(0o400)

        fail(f"sqlite:///{tmp_path}/app.db", "INSERT INTO users VALUES (1)", writes=True)

        assert log.causes() == [causes.READ_ONLY]


def test_are_told_again_after_a_while(
    tmp_path: Path, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(async_url(f"sqlite:///{tmp_path}/app.db"))
    now = iter([0.0, 59.0, 60.0])
    monkeypatch.setattr("uservault.db.outages.monotonic", lambda: next(now))

    for _ in range(3):
        database.outages.tell(OSError(111, "sesame"))

    assert len(log.causes()) == 2


def test_are_the_name_of_an_error_that_we_do_not_know() -> None:
    assert causes.cause_of(OSError("sesame")) == "OSError"
