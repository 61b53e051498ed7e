from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.keys.replicas import Replica, replica
from tests.support import databases
from tests.support.fakes import FakeClock
from uservault.settings.tree import Settings


@pytest.fixture(params=["EdDSA", "ES256", "RS256"])
def algorithm(request: pytest.FixtureRequest) -> str:
    """A test that asks for it runs with each."""
    name: str = request.param
    return name


@pytest.fixture
def settings(database_url: str, request: pytest.FixtureRequest) -> Settings:
    wanted = "algorithm" in request.fixturenames
    return signing_with(request.getfixturevalue("algorithm") if wanted else "EdDSA", database_url)


@pytest.fixture
async def first(settings: Settings, clock: FakeClock) -> AsyncIterator[Replica]:
    """Two processes on one database: this one, and `second`."""
    async with replica(settings, clock) as running:
        yield running


@pytest.fixture
async def second(first: Replica, settings: Settings, clock: FakeClock) -> AsyncIterator[Replica]:
    async with replica(settings, clock) as running:
        yield running


def signing_with(algorithm: str, database_url: str, **others: object) -> Settings:
    chosen: dict[str, Any] = {
        "log": {"file": None},
        "tokens": {"algorithm": algorithm},
        "sessions": {"max_per_user": 1000},  # one user logs in often, and uses old tokens
    }
    return databases.settings_for(database_url, **(chosen | others))
