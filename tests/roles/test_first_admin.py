"""In development the first user is the administrator; nobody becomes that by waiting."""

from datetime import UTC, datetime

import pytest
from httpx import AsyncClient
from sqlalchemy import update

from tests.roles.granting import grant, roles_of, set_roles
from tests.support.fakes import FakeClock
from tests.support.people import Person, register
from uservault.db.unit_of_work import unit_of_work
from uservault.roles.expiry import GrantExpiry
from uservault.roles.models import UserRole
from uservault.wiring.ports import Resources

FIVE = "2026-01-01T00:05:00Z"  # minutes after the beginning
FOR_A_TIME = {"roles": [{"role": "admin", "expires_at": FIVE}]}

pytestmark = pytest.mark.promise("D7", "I9")


async def test_the_last_one_stays_one_for_good(admin: Person, ada: Person) -> None:
    response = await admin.put(f"/users/{admin.id}/roles", json=FOR_A_TIME)

    assert (response.status_code, response.json()["code"]) == (409, "last-administrator")
    assert await set_roles(admin, ada, "admin") == 200
    response = await admin.put(f"/users/{admin.id}/roles", json=FOR_A_TIME)
    assert response.json()["grants"] == [grant("admin", expires_at=FIVE)]


async def test_the_last_one_for_good_cannot_leave_one_for_a_time(
    admin: Person, ada: Person, anyone: AsyncClient, clock: FakeClock, resources: Resources
) -> None:
    await admin.put(f"/users/{ada.id}/roles", json=FOR_A_TIME)

    assert await set_roles(admin, admin) == 409
    assert (await admin.delete(f"/users/{admin.id}")).status_code == 409
    clock.advance(minutes=5)
    await GrantExpiry(resources).run_once()

    assert await roles_of(admin, await register(anyone, "stranger")) == []
    assert (await admin.delete(f"/users/{admin.id}")).status_code == 200
    heir = await register(anyone, "heir")
    assert await roles_of(heir, heir) == ["admin"]


@pytest.mark.parametrize(
    "values",
    [
        {"expires_at": datetime(2025, 12, 31, tzinfo=UTC)},
        {"starts_at": datetime(2026, 1, 2, tzinfo=UTC)},
    ],
    ids=("over", "to_come"),
)
@pytest.mark.usefixtures("admin")
async def test_a_grant_that_does_not_count_now_makes_no_room_for_a_stranger(
    anyone: AsyncClient, resources: Resources, values: dict[str, datetime]
) -> None:
    async with unit_of_work(resources.database) as session:
        await session.execute(update(UserRole).values(values))

    stranger = await register(anyone, "stranger")

    assert await roles_of(stranger, stranger) == []


async def test_one_for_a_time_can_go_while_another_stays(admin: Person, ada: Person) -> None:
    await admin.put(f"/users/{ada.id}/roles", json=FOR_A_TIME)

    assert await set_roles(ada, ada) == 200
    assert await set_roles(admin, admin) == 200
