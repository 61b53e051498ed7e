import pytest
from httpx import AsyncClient

from tests.support import databases
from tests.support.fakes import FakeClock
from tests.support.processes import opened, served

PASSWORD = "umbrella seven kilograms of marmalade"


async def register(client: AsyncClient, number: int) -> int:
    person = {"username": f"u{number}", "email": f"u{number}@example.com", "password": PASSWORD}
    return (await client.post("/users", json=person)).status_code


@pytest.mark.promise("B7")
@pytest.mark.once
@pytest.mark.parametrize(
    ("env", "rate", "admitted"),
    [("production", None, 30), ("development", None, 100), ("production", "5/minute", 5)],
)
async def test_a_client_registers_a_household_a_minute_in_production(
    database_url: str, clock: FakeClock, env: str, rate: str | None, admitted: int
) -> None:
    limits = {"register_per_client": rate}
    settings = databases.settings_for(database_url, env=env, limits=limits, log={"file": None})
    async with opened(settings, clock) as resources, served(resources) as client:
        statuses = [await register(client, number) for number in range(admitted + 1)]

        assert statuses == [201] * admitted + [429]
        clock.advance(minutes=1)
        assert await register(client, admitted) == 201
