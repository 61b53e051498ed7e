import asyncio
import multiprocessing
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from httpx import ASGITransport, AsyncClient
from sqlalchemy import Connection, inspect, text
from typer.testing import CliRunner

from tests.support import databases
from uservault.app import create_app
from uservault.cli import app
from uservault.db.alembic_run import alembic_config
from uservault.db.database import Database
from uservault.db.migration_lock import MigrationLocked, one_at_a_time
from uservault.db.migrations import MigrationFailed, connect, current, downgrade, upgrade
from uservault.db.revisions import newest
from uservault.kit.urls import async_url
from uservault.settings.tree import Settings

ROOT = Path(__file__).parents[1]
OPENAPI = ROOT / "openapi.json"
# Forked off a process that has imported all of it already, and runs no thread.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.support.databases"])
ADA = (
    "INSERT INTO users (username, username_key, email, email_key, is_active, created_at,"
    " updated_at, version) VALUES ('ada', 'ada', 'ada@example.com', 'ada@example.com', true,"
    " '2026-01-01 00:00:00', '2026-01-01 00:00:00', 1)"
)


@pytest.fixture
def settings(blank_url: str) -> Settings:
    database = {"migration_wait": 1}
    return databases.settings_for(blank_url, database=database, log={"file": None})


@pytest.fixture
async def database(blank_url: str) -> AsyncIterator[Database]:
    database = Database(async_url(blank_url))
    yield database
    await database.close()


async def run(*words: str, **env: str) -> tuple[int, str]:
    """The exit code of `uservault` with these arguments, and what it said."""
    result = await asyncio.to_thread(CliRunner().invoke, app, words, env=env)
    return result.exit_code, result.output


def python(*words: object, **env: str) -> str:
    """What another interpreter said."""
    return subprocess.run(  # noqa: S603
        [sys.executable, *map(str, words)],
        cwd=ROOT,
        env=os.environ | env,
        text=True,
        check=True,
        capture_output=True,
    ).stdout


def tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names())


class TestUpgrade:
    @pytest.mark.promise("H4")
    async def test_is_done_once_by_many_processes(self, settings: Settings, blank_url: str) -> None:
        with ProcessPoolExecutor(6, PROCESSES) as processes:
            done = [processes.submit(databases.migrate, blank_url) for _ in range(6)]
            faults = [each.exception() for each in done]

        assert faults == [None] * 6
        assert await current(settings) == newest()

    @pytest.mark.promise("H4")
    async def test_waits_for_another_no_longer_than_told(
        self, settings: Settings, blank_url: str
    ) -> None:
        async with connect(settings) as other:
            held = ExitStack()
            await other.run_sync(lambda sync: held.enter_context(one_at_a_time(sync, wait=1)))
            began = asyncio.get_running_loop().time()
            with pytest.raises(MigrationLocked):
                await upgrade(settings)
            waited = asyncio.get_running_loop().time() - began
            env = {"DATABASE_URL": blank_url, "USERVAULT_DATABASE__MIGRATION_WAIT": "0.2"}
            code, said = await run("migrate", "up", **env)
            await other.run_sync(lambda _: held.close())

        assert 0.5 < waited < 10
        assert code == 2
        assert said == (
            "uservault: another process is still migrating the database; gave up waiting"
            " (USERVAULT_DATABASE__MIGRATION_WAIT)\n"
        )
        await upgrade(settings)
        assert await current(settings) == newest()

    async def test_can_be_undone_and_done_again(self, settings: Settings) -> None:
        await upgrade(settings)
        async with connect(settings) as connection:
            first = await connection.run_sync(tables)
        await downgrade(settings, "base")
        async with connect(settings) as connection:
            between = await connection.run_sync(tables)
        await upgrade(settings)
        async with connect(settings) as connection:
            again = await connection.run_sync(tables)

        assert between <= {"alembic_version", "sqlite_sequence"}
        assert again == first

    async def test_makes_what_the_models_say(self, settings: Settings) -> None:
        await upgrade(settings)

        async with connect(settings) as connection:
            await connection.run_sync(lambda sync: command.check(alembic_config(sync)))

    async def test_keeps_the_data(self, settings: Settings, database: Database) -> None:
        await upgrade(settings, "0001")
        async with database.writes.begin() as connection:
            await connection.execute(text(ADA))

        await upgrade(settings)

        rows = await database.rows(text("SELECT id, username, version FROM users"))
        assert rows == [(1, "ada", 1)]

    async def test_says_what_a_half_made_migration_needs(
        self, settings: Settings, database: Database, blank_url: str
    ) -> None:
        async with database.writes.begin() as connection:
            await connection.execute(text("CREATE TABLE users (id INTEGER)"))

        with pytest.raises(MigrationFailed, match=r"already exists[^\0]*by hand"):
            await upgrade(settings)

        code, said = await run("migrate", "up", DATABASE_URL=blank_url)
        assert code == 2
        assert said.startswith("uservault: the migration failed: ")
        assert "Traceback" not in said
        assert await current(settings) is None

    async def test_leaves_nothing_half_made_where_the_database_can_undo_it(
        self, settings: Settings, database: Database, backend: str
    ) -> None:
        if backend == "mariadb":
            pytest.skip("MariaDB commits each CREATE TABLE by itself")
        async with database.writes.begin() as connection:
            await connection.execute(text("CREATE TABLE users (id INTEGER)"))

        with pytest.raises(MigrationFailed):
            await upgrade(settings)

        async with connect(settings) as connection:
            assert await connection.run_sync(tables) == {"users"}


class TestNewest:
    def test_is_what_alembic_takes_for_the_head(self) -> None:
        assert newest() == ScriptDirectory.from_config(alembic_config()).get_current_head()

    async def test_is_present_after_an_upgrade_only(self, settings: Settings) -> None:
        before = await current(settings)
        await upgrade(settings, "0001")
        between = await current(settings)
        await upgrade(settings)

        assert (before, between, await current(settings)) == (None, "0001", newest())


class TestReadiness:
    async def test_tells_whether_the_schema_is_the_one_expected(self, settings: Settings) -> None:
        service = create_app(settings)
        client = AsyncClient(transport=ASGITransport(service), base_url="http://test")
        async with service.router.lifespan_context(service), client:
            await downgrade(settings, "base")  # SQLite was migrated at start
            before = await client.get("/readyz")
            await upgrade(settings)
            after = await client.get("/readyz")

        assert before.status_code == 503
        assert before.headers["Retry-After"] == "1"
        assert after.status_code == 200


class TestWheel:
    def test_carries_the_migrations_and_the_document(self, tmp_path: Path) -> None:
        target, url = tmp_path / "installed", f"sqlite:///{tmp_path}/app.db"
        python("-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path)
        wheel = next(tmp_path.glob("*.whl"))
        python("-m", "pip", "install", "-q", "--no-index", "--no-deps", "--target", target, wheel)

        program = "from uservault.cli import app; from uservault.db.revisions import scripts; "
        program += "print(scripts()); app()"
        installed = {"PYTHONPATH": str(target), "DATABASE_URL": url}
        said = python("-c", program, "migrate", "up", **installed)

        assert said == f"{target}/uservault/alembic\nat {newest()}\n"
        assert (target / "uservault/docs/openapi.json").read_bytes() == OPENAPI.read_bytes()
