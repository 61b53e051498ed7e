import pytest
from httpx import AsyncClient

from tests.recovery.post import post
from tests.support import databases
from tests.support.people import Person, login, registration
from uservault.settings.tree import Settings
from uservault.wiring.ports import Resources


@pytest.fixture
def mode(request: pytest.FixtureRequest) -> str:
    chosen: str = getattr(request, "param", "optional")
    return chosen


@pytest.fixture
def settings(database_url: str, mode: str) -> Settings:
    return databases.settings_for(
        database_url,
        registration={"verify": mode},
        notices={"email_changed": True, "email_added": True},
        public_url="https://id.example.com",
        limits={"letters_per_client": "1000/hour"},
        log={"file": None},
    )


@pytest.fixture
async def ada(admin: Person, anyone: AsyncClient, resources: Resources) -> Person:
    """She has verified her address, where anybody asks for it."""
    await anyone.post("/users", json=registration("ada"))
    for each in await post(resources):
        if each.to == "ada@example.com":
            await anyone.post("/account/verify-email", json={"token": each.token})
    return await login(anyone, "ada", 2)
