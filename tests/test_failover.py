"""PostgreSQL on two hosts, of which one takes writes: the URL names both."""

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack

import pytest
from sqlalchemy import func, select, text

from tests.support import databases
from tests.support.fakes import FakeClock
from tests.support.server import Server
from tests.support.servers import postgresql_server
from uservault.db.database import Database
from uservault.db.errors import DatabaseUnavailable
from uservault.db.unit_of_work import unit_of_work
from uservault.kit.urls import async_url
from uservault.users.models import User

pytestmark = [pytest.mark.backend("postgresql"), pytest.mark.promise("H6")]


@pytest.fixture(scope="module")
def hosts() -> Iterator[tuple[Server, Server]]:
    with ExitStack() as stack:
        first = stack.enter_context(postgresql_server("fsync=off"))
        second = stack.enter_context(postgresql_server("fsync=off"))
        for server in (first, second):
            databases.migrate(server.url)
        yield first, second


@pytest.fixture
async def database(hosts: tuple[Server, Server]) -> AsyncIterator[Database]:
    addresses = ",".join(f"127.0.0.1:{server.port}" for server in hosts)
    url = f"postgresql://postgres@{addresses}/postgres?target_session_attrs=read-write"
    database = Database(async_url(url))
    yield database
    await database.close()


async def demote(server: Server, answer: str) -> None:
    """Whether sessions on it may only read, those that are open already included."""
    async with databases.connected(server.url) as connection:
        await connection.execute(text("SET default_transaction_read_only = off"))
        await connection.execute(text(f"ALTER SYSTEM SET default_transaction_read_only = {answer}"))
        await connection.execute(text("SELECT pg_reload_conf()"))


async def write(database: Database, clock: FakeClock, name: str) -> None:
    now = clock()
    user = User(username=name, email=f"{name}@example.com", created_at=now, updated_at=now)
    async with unit_of_work(database) as session:
        session.add(user)


async def users(server: Server) -> int:
    async with databases.connected(server.url) as connection:
        return await connection.scalar(select(func.count()).select_from(User)) or 0


async def test_writes_go_to_whichever_host_takes_them(
    hosts: tuple[Server, Server], database: Database, clock: FakeClock
) -> None:
    first, second = hosts
    await demote(first, "on")
    await write(database, clock, "ada")
    assert (await users(first), await users(second)) == (0, 1)

    await demote(first, "off")
    await demote(second, "on")
    with pytest.raises(DatabaseUnavailable):  # the first to find out that it was demoted
        await write(database, clock, "grace")
    await write(database, clock, "grace")
    assert (await users(first), await users(second)) == (1, 1)

    first.stop()
    await demote(second, "off")
    await write(database, clock, "hedy")
    assert await users(second) == 2
    assert database.connections_in_use() == 0
