import pytest

from tests.support.people import Person, appoint


@pytest.fixture
async def clerk(admin: Person) -> Person:
    """May invite people, and read users."""
    return await appoint(admin, "clerk", "invitations:write", "users:read")
