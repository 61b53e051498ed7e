import pytest

from tests.support.databases import settings_for
from tests.support.fakes import FakeClock
from tests.support.processes import opened
from uservault.audit.adoption import BEGINS, Adoption


@pytest.fixture
async def database_url(database_url: str) -> str:
    """With the chain begun, as after a migration."""
    async with opened(settings_for(database_url), FakeClock()) as resources:
        await Adoption(resources).after({BEGINS})
    return database_url
