"""RFC 7009: whoever has a token can end its session."""

import pytest
from httpx import AsyncClient

from tests.support.fakes import FakeClock
from tests.support.history import history
from tests.support.people import Person
from uservault.wiring.ports import Resources


async def revoke(anyone: AsyncClient, token: str) -> int:
    return (await anyone.post("/revoke", data={"token": token})).status_code


async def is_live(person: Person) -> bool:
    body = {"refresh_token": person.refresh_token}
    return (await person.client.post("/refresh", json=body)).status_code == 200


@pytest.mark.promise("C7")
async def test_a_refresh_token_ends_its_session_though_the_access_token_expired(
    ada: Person, anyone: AsyncClient, clock: FakeClock, resources: Resources
) -> None:
    there = await ada.again()
    clock.advance(minutes=20)
    assert await ada.status() == 401

    assert await revoke(anyone, ada.refresh_token) == 200

    assert not await is_live(ada)
    assert await is_live(there)
    [*_, last] = await history(resources, "type", "subject_id", "data")
    assert last == ("session.revoked", ada.id, {"sessions": [2], "reason": "logout"})


async def test_an_access_token_does_too(ada: Person, anyone: AsyncClient) -> None:
    assert await revoke(anyone, ada.token) == 200

    assert await ada.status() == 401
    assert not await is_live(ada)


@pytest.mark.parametrize("token", ["nonsense", "uvr_1.1.0." + "x" * 43, "a.b.c", "é", "x" * 8192])
async def test_says_nothing_of_tokens_that_are_none(
    ada: Person, anyone: AsyncClient, token: str
) -> None:
    assert await revoke(anyone, token) == 200

    assert await ada.status() == 200


async def test_a_repetition_does_nothing(
    ada: Person, anyone: AsyncClient, resources: Resources
) -> None:
    await revoke(anyone, ada.refresh_token)
    before = await history(resources, "type")

    assert await revoke(anyone, ada.refresh_token) == 200

    assert await history(resources, "type") == before


@pytest.mark.parametrize("body", [{}, {"token": ""}, {"token": "x" * 8193}])
async def test_wants_a_token(anyone: AsyncClient, body: dict[str, str]) -> None:
    assert (await anyone.post("/revoke", data=body)).status_code == 400
