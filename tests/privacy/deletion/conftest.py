import pytest

from tests.privacy.deletion.grace import GRACE
from tests.support import databases
from uservault.settings.tree import Settings


@pytest.fixture
def settings(database_url: str) -> Settings:
    log = {"file": None, "level": "info"}
    return databases.settings_for(database_url, log=log, erasure={"grace_days": GRACE})
