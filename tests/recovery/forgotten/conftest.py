import pytest

from tests.support import databases
from uservault.settings.tree import Settings


@pytest.fixture
def settings(database_url: str) -> Settings:
    return databases.settings_for(
        database_url,
        passwords={"min_length": 8},
        notices={"password_changed": True},
        public_url="https://id.example.com",
        log={"file": None},
    )
