"""Addresses that an administrator marks as verified or not."""

import pytest
from httpx import AsyncClient

from tests.recovery.post import post
from tests.support import databases
from tests.support.history import history
from tests.support.people import PASSWORD, Person
from uservault.settings.tree import Settings
from uservault.wiring.ports import Resources


@pytest.fixture
def settings(database_url: str) -> Settings:
    return databases.settings_for(
        database_url,
        notices={"email_marked": True},
        registration={"verify": "required"},
        log={"file": None},
    )


@pytest.fixture
async def eve(admin: Person, anyone: AsyncClient) -> int:
    """Somebody whom no e-mail reaches."""
    user = {"username": "eve", "email": "eve@example.com", "password": PASSWORD}
    return int((await anyone.post("/users", json=user)).json()["id"])


async def log_in(client: AsyncClient) -> int:
    body = {"username": "eve", "password": PASSWORD}
    return (await client.post("/login", json=body)).status_code


async def test_lets_the_user_in_and_out(admin: Person, eve: int, anyone: AsyncClient) -> None:
    path = f"/users/{eve}/email-verification"
    before = await log_in(anyone)

    marked = await admin.put(path, json={"verified": True})
    within = await log_in(anyone)
    await admin.put(path, json={"verified": False})

    assert (before, within, await log_in(anyone)) == (403, 200, 403)
    assert marked.status_code == 200


async def test_is_told_and_on_record_once(admin: Person, eve: int, resources: Resources) -> None:
    await post(resources)
    for verified in (True, True, False, False):
        await admin.put(f"/users/{eve}/email-verification", json={"verified": verified})

    subjects = [each.subject for each in await post(resources)]
    assert subjects == ["The verification of your e-mail address was changed"] * 2
    types = await history(resources, "type", "actor_id", "subject_id")
    assert types[-2:] == [
        ("email.verified", admin.id, eve),
        ("email.verification_removed", admin.id, eve),
    ]


async def test_is_not_for_oneself(admin: Person) -> None:
    refused = await admin.put(f"/users/{admin.id}/email-verification", json={"verified": True})

    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
