"""Logins whose user changes while the password is being checked."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from httpx import AsyncClient, Response
from sqlalchemy import update

from tests.support.fakes import FakeHasher
from tests.support.history import history
from tests.support.people import PASSWORD, Person
from uservault.db.unit_of_work import unit_of_work
from uservault.passwords.models import Password
from uservault.wiring.ports import Resources


@asynccontextmanager
async def being_checked(
    hasher: FakeHasher, asking: AsyncClient, method: str, path: str, **options: object
) -> AsyncIterator[asyncio.Task[Response]]:
    """A request whose password is looked up already, and checked when this ends."""
    hasher.free.clear()
    before = hasher.verified
    request = asyncio.create_task(asking.request(method, path, **options))  # type: ignore[arg-type]
    while hasher.verified == before:  # noqa: ASYNC110
        await asyncio.sleep(0.001)
    yield request
    hasher.free.set()
    await request


@pytest.fixture
def hasher(resources: Resources) -> FakeHasher:
    assert isinstance(resources.hasher, FakeHasher)
    return resources.hasher


CREDENTIALS = {"username": "ada", "password": PASSWORD}


async def change_hash(resources: Resources, person: Person, hash: str) -> None:
    theirs = update(Password).where(Password.user_id == person.id)
    async with unit_of_work(resources.database) as session:
        await session.execute(theirs.values(hash=hash))


@pytest.mark.promise("A10")
async def test_an_old_password_opens_nothing_once_it_is_changed(
    ada: Person, anyone: AsyncClient, hasher: FakeHasher, resources: Resources
) -> None:
    async with being_checked(hasher, anyone, "POST", "/login", json=CREDENTIALS) as login:
        await change_hash(resources, ada, "hash of another")

    assert login.result().status_code == 401
    assert login.result().json()["code"] == "login-refused"
    assert (await history(resources))[-1] == "login.failed"
    assert len((await ada.get("/me/sessions")).json()) == 1


@pytest.mark.promise("B1")
async def test_who_is_deleted_meanwhile_is_nobody(
    admin: Person, ada: Person, anyone: AsyncClient, hasher: FakeHasher
) -> None:
    async with being_checked(hasher, anyone, "POST", "/login", json=CREDENTIALS) as login:
        await admin.delete(f"/users/{ada.id}")

    assert login.result().status_code == 401
    assert login.result().json()["code"] == "login-refused"


async def test_who_is_deactivated_meanwhile_is_told_so(
    admin: Person, ada: Person, anyone: AsyncClient, hasher: FakeHasher
) -> None:
    async with being_checked(hasher, anyone, "POST", "/login", json=CREDENTIALS) as login:
        await admin.post(f"/users/{ada.id}/deactivate", json={"reason": "away"})

    assert login.result().json()["code"] == "account-deactivated"
    assert (await admin.get(f"/users/{ada.id}/sessions")).json() == []


async def test_of_two_changes_of_a_password_the_later_knows_that_it_lost(
    ada: Person, hasher: FakeHasher, resources: Resources
) -> None:
    words = {"current_password": PASSWORD, "new_password": "battery staple"}
    header = {"Authorization": f"Bearer {ada.token}"}
    changing = being_checked(hasher, ada.client, "PUT", "/me/password", json=words, headers=header)
    async with changing as change:
        await change_hash(resources, ada, "hash of another")

    assert change.result().status_code == 409
    assert change.result().json()["code"] == "concurrent-change"
