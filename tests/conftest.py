import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from tests.support import databases, shared
from tests.support.counters import CountersOfOneTest
from tests.support.fakes import FakeClock
from tests.support.people import Person, register
from tests.support.processes import opened, running, served
from tests.support.shared import Shared
from uservault.settings.tree import Settings
from uservault.wiring.ports import Resources

pytest_plugins = ["tests.support.selection"]
RUN = pytest.StashKey[ExitStack]()
SHARED = pytest.StashKey[Shared]()


def pytest_configure(config: pytest.Config) -> None:
    """The controller says where its workers find what they share."""
    for name in [name for name in os.environ if name.startswith("USERVAULT_")]:
        del os.environ[name]  # whoever runs the tests may have settings of their own
    if given := getattr(config, "workerinput", None):
        config.stash[SHARED] = Shared(Path(given["shared"]))
    else:
        run = config.stash[RUN] = ExitStack()
        config.stash[SHARED] = run.enter_context(shared.run())


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    node.workerinput["shared"] = str(node.config.stash[SHARED].folder)


def pytest_unconfigure(config: pytest.Config) -> None:
    if run := config.stash.get(RUN, None):
        run.close()


@pytest.fixture(scope="session")
def urls(request: pytest.FixtureRequest) -> Shared:
    """Of the servers, by name. Asking for one starts it."""
    return request.config.stash[SHARED]


@pytest.fixture(scope="session", params=databases.BACKENDS)
def backend(request: pytest.FixtureRequest, urls: Shared) -> str:
    """Every test that touches a database runs on each kind."""
    name: str = request.param
    if name != "sqlite":
        urls[name]
    return name


@pytest.fixture(scope="session")
def migrated(
    backend: str, urls: Shared, tmp_path_factory: pytest.TempPathFactory, worker: str
) -> str:
    """A migrated database of this worker's; on SQLite, one to copy."""
    if backend != "sqlite":
        return databases.create(urls[backend], f"test_{worker}")
    url = f"sqlite:///{tmp_path_factory.mktemp('template')}/template.db"
    databases.migrate(url)
    return url


@pytest.fixture(scope="session")
def worker() -> str:
    return os.environ.get("PYTEST_XDIST_WORKER", "alone")


@pytest.fixture
async def database_url(backend: str, migrated: str, tmp_path: Path) -> str:
    """A migrated database without users."""
    if backend == "sqlite":
        return databases.copy_of(_file(migrated), tmp_path)
    await databases.empty(migrated)
    return migrated


@pytest.fixture(scope="module")
def module_url(backend: str, migrated: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The same, for a server process that all tests of a module talk to."""
    if backend == "sqlite":
        return databases.copy_of(_file(migrated), tmp_path_factory.mktemp("database"))
    asyncio.run(databases.empty(migrated))
    return migrated


def _file(sqlite_url: str) -> Path:
    return Path(sqlite_url.removeprefix("sqlite:///"))


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def settings(database_url: str) -> Settings:
    log = {"file": None, "level": "info"}
    return databases.settings_for(database_url, log=log)


@pytest.fixture
async def resources(settings: Settings, clock: FakeClock) -> AsyncIterator[Resources]:
    """The outside world in fakes, over a real database."""
    async with opened(settings, clock) as resources:
        yield resources


@pytest.fixture
async def app(resources: Resources) -> AsyncIterator[FastAPI]:
    async with running(resources) as app:
        yield app


@pytest.fixture
async def anyone(app: FastAPI) -> AsyncIterator[AsyncClient]:
    """A client that has not said who it is."""
    async with AsyncClient(transport=ASGITransport(app), base_url="http://test/api") as client:
        yield client


@pytest.fixture
async def admin(anyone: AsyncClient) -> Person:
    """Whoever registers first."""
    return await register(anyone, "root")


@pytest.fixture
async def ada(admin: Person, anyone: AsyncClient) -> Person:
    """An ordinary user."""
    return await register(anyone, "ada")


@pytest.fixture
def redis_url(urls: Shared) -> str:
    return urls["redis"]


@pytest.fixture(params=["memory", "redis"])
async def counting(
    request: pytest.FixtureRequest, resources: Resources
) -> AsyncIterator[AsyncClient]:
    """A client of a service that counts as it does outside of tests."""
    memory = request.param == "memory"
    counters = CountersOfOneTest("memory://" if memory else request.getfixturevalue("redis_url"))
    async with served(replace(resources, counters=counters)) as client:
        yield client
    await counters.close()


@pytest.fixture
async def blank_url(backend: str, urls: Shared, tmp_path: Path, worker: str) -> str:
    """A database without even a table."""
    if backend == "sqlite":
        return f"sqlite:///{tmp_path}/blank.db"
    return await databases.blank(urls[backend], f"blank_{worker}")
