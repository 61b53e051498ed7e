import pytest

from tests.roles.granting import SUPPORT
from tests.support.people import Person, appoint


@pytest.fixture
async def support(admin: Person) -> int:
    """The id of a role."""
    response = await admin.post("/roles", json=SUPPORT)
    id: int = response.json()["id"]
    return id


@pytest.fixture
async def chief(admin: Person) -> Person:
    """Somebody who may change roles, but may not do everything."""
    return await appoint(admin, "chief", "roles:write", "roles:read", "users:read")
