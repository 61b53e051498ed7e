import pytest

from tests.support import databases
from uservault.privacy.unverified import UnverifiedSweep
from uservault.settings.tree import Settings
from uservault.wiring.ports import Resources


@pytest.fixture
def days(request: pytest.FixtureRequest) -> int | None:
    chosen: int | None = getattr(request, "param", 14)
    return chosen


@pytest.fixture
def verify(request: pytest.FixtureRequest) -> str:
    chosen: str = getattr(request, "param", "required")
    return chosen


@pytest.fixture
def settings(database_url: str, days: int | None, verify: str) -> Settings:
    return databases.settings_for(
        database_url,
        registration={"verify": verify, "unverified_days": days},
        erasure={"grace_days": 30},
        log={"file": None},
    )


@pytest.fixture
def sweep(resources: Resources) -> UnverifiedSweep:
    return UnverifiedSweep(resources)
