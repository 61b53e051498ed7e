import os
from collections.abc import AsyncIterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from tests import databases, servers
from tests.fakes import FakeClock
from tests.people import Person, register
from tests.processes import opened, running
from uservault.settings.tree import Settings
from uservault.wiring.ports import Resources

SERVERS = pytest.StashKey[dict[str, str]]()
STARTED = pytest.StashKey[ExitStack]()


def pytest_configure(config: pytest.Config) -> None:
    """The controller starts the servers, and its workers share them."""
    for name in [name for name in os.environ if name.startswith("USERVAULT_")]:
        del os.environ[name]  # whoever runs the tests may have settings of their own
    given = getattr(config, "workerinput", None)
    if given is None and not config.option.collectonly:
        started = config.stash[STARTED] = ExitStack()
        config.stash[SERVERS] = started.enter_context(servers.available())
    else:
        config.stash[SERVERS] = given["servers"] if given else {}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--every-case", action="store_true", help="run each case of each test on each database"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Each test runs on each database. The cases of one that has many run on SQLite, and the first
    on the servers, but for attacks: there, databases differ in what they cannot take."""
    if not config.option.every_case:
        seen: set[tuple[str, str]] = set()
        again = {item for item in items if _is_again(item, seen)}
        config.hook.pytest_deselected(items=list(again))
        items[:] = [item for item in items if item not in again]


def _is_again(item: pytest.Item, seen: set[tuple[str, str]]) -> bool:
    case: Any = getattr(item, "callspec", None)
    backend = case.params.get("backend", "sqlite") if case else "sqlite"
    if backend == "sqlite" or "attacks" in item.path.parts:
        return False
    test = (item.nodeid.partition("[")[0], backend)
    if test in seen:
        return True
    seen.add(test)
    return False


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    node.workerinput["servers"] = node.config.stash[SERVERS]  # type: ignore[attr-defined]


def pytest_unconfigure(config: pytest.Config) -> None:
    if started := config.stash.get(STARTED, None):
        started.close()


@pytest.fixture(scope="session")
def urls(request: pytest.FixtureRequest) -> dict[str, str]:
    """The servers there are, by name."""
    return request.config.stash[SERVERS]


@pytest.fixture(scope="session", params=["sqlite", "postgresql", "mariadb"])
def backend(request: pytest.FixtureRequest, urls: dict[str, str]) -> str:
    """Every test that touches a database runs on each kind."""
    name: str = request.param
    if name != "sqlite" and name not in urls:
        pytest.skip(f"{name} is not installed")
    return name


@pytest.fixture(scope="session")
def migrated(
    backend: str, urls: dict[str, str], tmp_path_factory: pytest.TempPathFactory, worker: str
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
        return databases.copy_of(Path(migrated.removeprefix("sqlite:///")), tmp_path)
    await databases.empty(migrated)
    return migrated


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
def redis_url(urls: dict[str, str]) -> str:
    if "redis" not in urls:
        pytest.skip("redis is not installed")
    return urls["redis"]


@pytest.fixture
async def blank_url(backend: str, urls: dict[str, str], tmp_path: Path, worker: str) -> str:
    """A database without even a table."""
    if backend == "sqlite":
        return f"sqlite:///{tmp_path}/blank.db"
    return await databases.blank(urls[backend], f"blank_{worker}")
