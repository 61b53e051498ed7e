"""The `iss` claim, before and after the service has a public URL."""

from typing import Any

import jwt
import pytest

from tests.support import databases
from tests.support.fakes import FakeClock
from tests.support.people import register
from tests.support.processes import opened, served

PUBLIC = "https://id.example.com"


async def token_of(url: str, name: str, clock: FakeClock, **given: Any) -> str:
    """Of a user who registers, and logs in."""
    async with (
        opened(databases.settings_for(url, log={"file": None}, **given), clock) as resources,
        served(resources) as client,
    ):
        person = await register(client, name)
    return person.token


async def takes(url: str, token: str, clock: FakeClock, **given: Any) -> bool:
    async with (
        opened(databases.settings_for(url, log={"file": None}, **given), clock) as resources,
        served(resources) as client,
    ):
        answer = await client.get("/me", headers={"Authorization": f"Bearer {token}"})
    return answer.status_code == 200


def issuer_of(token: str) -> str:
    claims = jwt.decode(token, options={"verify_signature": False})
    return str(claims["iss"])


@pytest.mark.promise("C3")
async def test_is_the_public_url_where_there_is_one(database_url: str, clock: FakeClock) -> None:
    before = await token_of(database_url, "ada", clock)
    after = await token_of(database_url, "grace", clock, public_url=PUBLIC)
    named = await token_of(database_url, "alan", clock, tokens={"issuer": "us"})

    assert [issuer_of(each) for each in (before, after, named)] == ["uservault", PUBLIC, "us"]
    for token in (before, after):
        assert await takes(database_url, token, clock, public_url=PUBLIC)
    assert not await takes(database_url, after, clock)  # of another service, for all we know
    assert not await takes(database_url, named, clock, public_url=PUBLIC)
    for token in (before, after):
        assert not await takes(database_url, token, clock, tokens={"issuer": "us"})
