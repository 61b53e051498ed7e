"""Other services learn the sessions of a user who was evicted: no clock decides which end."""

from typing import Any

import pytest

from tests.support import databases
from tests.support.fakes import FakeClock
from tests.support.people import Person
from uservault.settings.tree import Settings

pytestmark = pytest.mark.promise("I12")
SHORT = {"sessions": {"idle": 120}}


@pytest.fixture
def settings(database_url: str, request: pytest.FixtureRequest) -> Settings:
    return databases.settings_for(database_url, log={"file": None}, **request.param)


def graces(*days: int) -> pytest.MarkDecorator:
    chosen = [{"erasure": {"grace_days": each}} for each in days]
    return pytest.mark.parametrize("settings", chosen, indirect=True, ids=str)


async def named(admin: Person) -> list[Any]:
    feed = (await admin.get("/revocations")).json()
    return [id for each in feed["revocations"] for id in each["session_ids"]]


@graces(0)
async def test_are_named_by_a_deactivation(admin: Person, ada: Person) -> None:
    await ada.again()

    await admin.post(f"/users/{ada.id}/deactivate", json={"reason": "Spam."})

    assert await named(admin) == [2, 3]


@graces(0, 7)
async def test_are_named_by_a_deletion(admin: Person, ada: Person) -> None:
    await ada.again()

    await admin.delete(f"/users/{ada.id}")

    assert await named(admin) == [2, 3]


@pytest.mark.parametrize("settings", [SHORT], indirect=True, ids=str)
async def test_are_named_though_they_idled_if_their_tokens_live_on(
    admin: Person, ada: Person, clock: FakeClock
) -> None:
    clock.advance(minutes=5)
    assert await ada.status() == 401
    admin = await admin.again()

    await admin.post(f"/users/{ada.id}/deactivate", json={"reason": "Spam."})

    assert await named(admin) == [2]
