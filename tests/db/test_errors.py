"""What SQLite says when it cannot go on, and that none of it outlives its cause."""

import asyncio
import resource
import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from time import monotonic

import pytest
from httpx import AsyncClient, Response
from sqlalchemy import func, select, text

from tests.support import databases
from tests.support.patience import patience
from tests.support.people import Person, registration
from tests.support.serving import Served, serving
from uservault.db.database import Database
from uservault.db.errors import DatabaseUnavailable
from uservault.db.unit_of_work import unit_of_work
from uservault.kit.urls import async_url
from uservault.settings.database import DatabaseSettings
from uservault.settings.tree import Settings
from uservault.users.models import User
from uservault.wiring.ports import Resources

WAIT = 0.5  # seconds


@pytest.fixture
def settings(database_url: str) -> Settings:
    limits = {"register_per_client": "1000000/minute"}
    impatient = {"busy_timeout": WAIT, "pool_timeout": WAIT}
    return databases.settings_for(
        database_url, database=impatient, limits=limits, log={"file": None}
    )


async def create(client: AsyncClient, name: str) -> Response:
    return await client.post("/users", json=registration(name))


def assert_unavailable(response: Response) -> None:
    assert response.status_code == 503
    assert response.json()["code"] == "database-unavailable"
    assert response.headers["Retry-After"] == "1"


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
class TestSqlite:
    @pytest.mark.promise("H1", "H3")
    async def test_waits_keeps_and_forgets_as_it_must(self, database_url: str) -> None:
        database = Database(async_url(database_url), DatabaseSettings())
        found = {}
        for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout"):
            read = [row[0] for row in await database.rows(text(f"PRAGMA {name}"))]
            async with unit_of_work(database) as session:
                written = await session.scalar(text(f"PRAGMA {name}"))
            found[name] = [*read, written]
        await database.close()

        assert found == {  # 2 is FULL
            "journal_mode": ["wal", "wal"],
            "synchronous": [2, 2],
            "foreign_keys": [1, 1],
            "busy_timeout": [10000, 10000],
        }

    @pytest.mark.promise("H3")
    async def test_is_unavailable_while_another_writes_for_too_long(
        self, anyone: AsyncClient, ada: Person, settings: Settings
    ) -> None:
        file = settings.database_url.get_secret_value().removeprefix("sqlite:///")
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            began = monotonic()
            during = await asyncio.gather(*(create(anyone, f"grace{n}") for n in range(5)))
            took = monotonic() - began
            read = await ada.get(f"/users/{ada.id}")
            other.execute("ROLLBACK")

        for response in during:
            assert_unavailable(response)
        assert took < patience(1)
        assert read.status_code == 200
        assert (await create(anyone, "grace")).status_code == 201

    @pytest.mark.promise("H10")
    async def test_is_unavailable_when_it_may_grow_no_more(
        self, anyone: AsyncClient, admin: Person, resources: Resources
    ) -> None:
        await write_pragma(resources, "max_page_count = 1")  # no less than it has already
        answers = [await create(anyone, f"ada{n}") for n in range(300)]
        kept = await resources.database.rows(select(func.count()).select_from(User))
        await write_pragma(resources, "max_page_count = 1000000")

        full = [answer for answer in answers if answer.status_code != 201]
        assert full
        for response in full:
            assert_unavailable(response)
        assert kept == [(1 + len(answers) - len(full),)]
        assert (await create(anyone, "grace")).status_code == 201

    async def test_is_unavailable_when_it_may_not_be_written(
        self, anyone: AsyncClient, admin: Person, resources: Resources
    ) -> None:
        await write_pragma(resources, "query_only = ON")
        response = await create(anyone, "ada")
        await write_pragma(resources, "query_only = OFF")

        assert_unavailable(response)
        assert (await create(anyone, "ada")).status_code == 201


async def write_pragma(resources: Resources, pragma: str) -> None:
    """Through the one connection that writes."""
    async with resources.database.writes.connect() as connection:
        adapted = (await connection.get_raw_connection()).dbapi_connection
        assert adapted is not None
        await connection.run_sync(lambda _: adapted.cursor().execute(f"PRAGMA {pragma}"))


async def test_a_file_that_cannot_be_opened_is_unavailable(tmp_path: Path) -> None:
    database = Database(async_url(f"sqlite:///{tmp_path}/nowhere/app.db"))

    with pytest.raises(DatabaseUnavailable):
        await database.rows(text("SELECT 1"))
    await database.close()
    for thread in threading.enumerate():  # aiosqlite's is still about to say that it failed
        if "connection_worker" in thread.name:
            await asyncio.to_thread(thread.join, patience())


class TestFullDisk:
    @pytest.mark.promise("H10")
    async def test_loses_nothing_and_is_over_when_there_is_room(self, tmp_path: Path) -> None:
        file = tmp_path / "app.db"
        with serving(f"sqlite:///{file}") as served:
            client = AsyncClient(base_url=f"{served.url}/api", timeout=patience(), trust_env=False)
            async with client:
                made = [f"before{n}" for n in range(20) if await makes(client, f"before{n}")]
                limit(served, bytes_=written(tmp_path) + 300_000)
                during = [await create(client, f"during{n}") for n in range(100)]
                made += [f"during{n}" for n, each in enumerate(during) if each.is_success]
                limit(served, bytes_=resource.RLIM_INFINITY)
                made += [f"after{n}" for n in range(20) if await makes(client, f"after{n}")]
        names = await usernames(f"sqlite:///{file}")

        assert {each.status_code for each in during} == {201, 503}
        assert names == made


async def makes(client: AsyncClient, name: str) -> bool:
    response = await create(client, name)
    assert response.status_code == 201
    return True


def written(folder: Path) -> int:
    """The size of the largest file."""
    return max(file.stat().st_size for file in folder.iterdir())


def limit(served: Served, bytes_: int) -> None:
    """No file may grow past that: a write fails as it would on a full disk."""
    resource.prlimit(served.process.pid, resource.RLIMIT_FSIZE, (bytes_, resource.RLIM_INFINITY))


async def usernames(url: str) -> list[str]:
    async with databases.connected(url) as connection:
        rows = await connection.execute(select(User.username).order_by(User.id))
        return list(rows.scalars())
