"""A database server that stops, crashes, hangs, is demoted, and comes back."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from time import monotonic

import pytest
from httpx import AsyncClient, Response
from sqlalchemy import text

from tests.support import databases
from tests.support.patience import patience, slowness
from tests.support.people import registration
from tests.support.programs import ProgramMissing, go_without
from tests.support.server import Server
from tests.support.servers import mariadb_server, postgresql_server
from uservault.db.errors import DatabaseUnavailable
from uservault.db.unit_of_work import unit_of_work
from uservault.settings.database import DatabaseSettings
from uservault.settings.tree import Settings
from uservault.wiring.ports import Resources

SERVERS = {"postgresql": postgresql_server, "mariadb": mariadb_server}
CONNECT, COMMAND, POOL = (seconds * slowness() for seconds in (1.0, 2.0, 1.0))
MANY = "1000000/minute"
READ_ONLY = {
    # PostgreSQL's holds for a session from its beginning: a pool that kept it would stay read-only.
    "postgresql": "ALTER DATABASE postgres SET default_transaction_read_only = {}",
    "mariadb": "SET GLOBAL read_only = {}",
}
SLEEP = {"postgresql": "SELECT pg_sleep(600)", "mariadb": "SELECT SLEEP(600)"}
SELF = {"postgresql": "SELECT pg_backend_pid()", "mariadb": "SELECT CONNECTION_ID()"}
TERMINATE = {"postgresql": "SELECT pg_terminate_backend({})", "mariadb": "KILL {}"}


@pytest.fixture(scope="module", params=SERVERS)
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server of our own, to be treated badly."""
    with ExitStack() as stack:
        try:
            server = stack.enter_context(SERVERS[request.param]())
        except ProgramMissing as missing:
            go_without(missing)
        databases.migrate(server.url)
        yield server


@pytest.fixture
def kind(server: Server) -> str:
    return server.url.partition(":")[0]


@pytest.fixture
async def database_url(server: Server, kind: str) -> str:
    await databases.empty(server.url)
    if kind == "postgresql":
        return server.url
    await ask(server.url, "CREATE OR REPLACE USER plain@'127.0.0.1'")  # whom read_only binds
    await ask(server.url, "GRANT ALL ON test.* TO plain@'127.0.0.1'")
    return server.url.replace("uservault:uservault", "plain")


@pytest.fixture
def settings(database_url: str) -> Settings:
    limits = {"register_per_client": MANY, "register_refused_per_client": MANY}
    impatient = {"connect_timeout": CONNECT, "command_timeout": COMMAND, "pool_timeout": POOL}
    return databases.settings_for(
        database_url, database=impatient, limits=limits, log={"file": None}
    )


async def ask(url: str, statement: str) -> None:
    async with databases.connected(url) as connection:
        await connection.execute(text(statement))


async def create(client: AsyncClient, name: str) -> Response:
    return await client.post("/users", json=registration(name))


async def knock(client: AsyncClient) -> list[Response]:
    """Requests that need the database, more at once than either pool has connections."""
    asked = [create(client, "ada") for _ in range(15)]
    logins = ({"username": f"nobody{n}", "password": "wrong password"} for n in range(15))
    asked += [client.post("/login", json=login) for login in logins]
    return await asyncio.gather(*asked)


async def back(client: AsyncClient) -> bool:
    """Whether a registration succeeds in time."""
    deadline = monotonic() + patience()
    while monotonic() < deadline:
        if (await create(client, "back")).status_code == 201:
            return True
        await asyncio.sleep(0.2)
    return False


def assert_unavailable(responses: list[Response]) -> None:
    assert {response.status_code for response in responses} == {503}
    assert all("Retry-After" in response.headers for response in responses)


@pytest.mark.promise("H5")
def test_no_one_waits_longer_than_fifteen_seconds_by_default() -> None:
    default = DatabaseSettings()  # see the server that hangs, below, for the sum

    assert default.connect_timeout + default.command_timeout + default.pool_timeout + 1 < 15


@pytest.mark.usefixtures("app")
class TestOutage:
    @pytest.mark.promise("H5")
    async def test_is_answered_as_such_until_the_server_is_back(
        self, anyone: AsyncClient, server: Server
    ) -> None:
        await create(anyone, "ada")

        server.stop()
        try:
            began = monotonic()
            during = await knock(anyone)
            took = monotonic() - began
            healthy = await anyone.get("/../healthz")
            unready = await anyone.get("/../readyz")
        finally:
            server.start()

        assert_unavailable([*during, unready])
        assert took < patience(1)
        assert healthy.status_code == 200
        assert await back(anyone)
        assert (await anyone.get("/../readyz")).status_code == 200

    @pytest.mark.promise("H5")
    async def test_that_is_over_is_noticed_by_no_one(
        self, anyone: AsyncClient, resources: Resources, server: Server
    ) -> None:
        await knock(anyone)

        server.kill()  # the pools are full of connections to a server that is no more
        server.start()
        during = await knock(anyone)

        assert {response.status_code for response in during} == {401, 409}
        assert resources.database.connections_in_use() == 0

    @pytest.mark.promise("H5", "H11")
    async def test_never_makes_anyone_wait_for_a_server_that_hangs(
        self, anyone: AsyncClient, resources: Resources, server: Server
    ) -> None:
        await knock(anyone)

        server.pause()
        try:
            began = monotonic()
            during = await knock(anyone)
            took = monotonic() - began
            unready = await anyone.get("/../readyz")
            healthy = await anyone.get("/../healthz")
        finally:
            server.resume()

        assert_unavailable([*during, unready])
        assert took < COMMAND + CONNECT + POOL + patience(1)
        assert healthy.status_code == 200
        assert await back(anyone)
        assert resources.database.connections_in_use() == 0

    @pytest.mark.promise("H7")
    async def test_in_the_middle_of_a_transaction_leaves_no_broken_connection(
        self, anyone: AsyncClient, resources: Resources, server: Server, kind: str
    ) -> None:
        async def write_and_be_terminated() -> None:
            async with unit_of_work(resources.database) as session:
                own = await session.scalar(text(SELF[kind]))
                await ask(server.url, TERMINATE[kind].format(own))
                await session.execute(text("DELETE FROM users"))

        for _ in range(3):
            with pytest.raises(DatabaseUnavailable):
                await write_and_be_terminated()

        assert resources.database.connections_in_use() == 0
        assert (await create(anyone, "ada")).status_code == 201

    @pytest.mark.promise("H7")
    async def test_in_the_middle_of_a_statement_is_one_too(
        self, anyone: AsyncClient, resources: Resources, server: Server, kind: str
    ) -> None:
        async def write_and_be_terminated() -> None:
            async with unit_of_work(resources.database) as session:
                own = await session.scalar(text(SELF[kind]))
                sleeping = asyncio.create_task(session.execute(text(SLEEP[kind])))
                await asyncio.sleep(0.2)
                await ask(server.url, TERMINATE[kind].format(own))
                await sleeping

        with pytest.raises(DatabaseUnavailable):
            await write_and_be_terminated()

        assert resources.database.connections_in_use() == 0
        assert (await create(anyone, "ada")).status_code == 201

    @pytest.mark.promise("H6")
    async def test_of_writing_ends_with_the_demotion(
        self, anyone: AsyncClient, resources: Resources, server: Server, kind: str
    ) -> None:
        await ask(server.url, READ_ONLY[kind].format("on"))
        try:
            demoted = [await create(anyone, f"ada{n}") for n in range(3)]
            await resources.database.reads.dispose()  # PostgreSQL's sessions keep what they began
            unready = [await anyone.get("/../readyz") for _ in range(2)]
        finally:
            await promote(server, kind)

        assert_unavailable([*demoted, *unready])
        assert (await anyone.get("/../readyz")).status_code == 200
        assert (await create(anyone, "ada")).status_code == 201


async def promote(server: Server, kind: str) -> None:
    off = READ_ONLY[kind].format("off")
    async with databases.connected(server.url) as connection:
        if kind == "postgresql":
            await connection.execute(text("SET default_transaction_read_only = off"))
        await connection.execute(text(off))
