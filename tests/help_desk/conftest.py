import pytest

from tests.support import databases
from tests.support.people import Person, appoint
from uservault.settings.tree import Settings


@pytest.fixture
def settings(database_url: str) -> Settings:
    return databases.settings_for(
        database_url,
        notices={"password_changed": True, "reset_link_made": True, "email_marked": True},
        registration={"verify": "optional"},
        public_url="https://id.example.com",
        log={"file": None},
    )


@pytest.fixture
async def clerk(admin: Person) -> Person:
    """Somebody at the help desk."""
    return await appoint(admin, "clerk", "users:recover")
