import pytest
from httpx import AsyncClient

from tests.recovery.post import Received, mail
from tests.recovery.verification.proofs import prove
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
        notices={"email_changed": True},
        public_url="https://id.example.com",
        log={"file": None},
    )


@pytest.fixture
async def welcome(admin: Person, anyone: AsyncClient, resources: Resources) -> Received:
    """The e-mail to Ada, who has just registered."""
    await anyone.post("/users", json=registration("ada") | {"locale": "de-AT"})
    return await mail(resources)


@pytest.fixture
async def ada(welcome: Received, anyone: AsyncClient, mode: str) -> Person:
    """She has proved her address only if she had to."""
    if mode == "required":
        await prove(anyone, token=welcome.token)
    return await login(anyone, "ada", 2)
