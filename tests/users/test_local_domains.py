"""Addresses that work in a company or a laboratory alone."""

import pytest
from httpx import AsyncClient

from tests.recovery.post import mail
from tests.support import databases
from tests.support.people import PASSWORD, Person
from uservault.settings.tree import Settings
from uservault.wiring.ports import Resources


@pytest.fixture
def settings(database_url: str) -> Settings:
    return databases.settings_for(
        database_url,
        registration={"local_domains": ("local", "home.arpa"), "verify": "optional"},
        log={"file": None},
    )


async def register(client: AsyncClient, email: str) -> tuple[int, str]:
    user = {"username": "eve", "email": email, "password": PASSWORD}
    response = await client.post("/users", json=user)
    return response.status_code, response.text


@pytest.mark.parametrize("email", ["eve@Lab.LOCAL", "eve@pc.home.arpa", "eve@corp.internal"])
async def test_are_taken_where_the_operator_says(
    admin: Person, anyone: AsyncClient, resources: Resources, email: str
) -> None:
    assert (await register(anyone, email))[0] == 201

    assert (await mail(resources)).to.lower() == email.lower()
    login = {"username": email, "password": PASSWORD}
    assert (await anyone.post("/login", json=login)).status_code == 200


@pytest.mark.parametrize("email", ["eve@lab.test", "eve@x.invalid", "eve@localhost"])
async def test_are_refused_otherwise(anyone: AsyncClient, email: str) -> None:
    status, text = await register(anyone, email)

    assert status == 422
    assert "/body/email" in text


async def test_are_refused_in_a_change_too(ada: Person) -> None:
    changed = await ada.patch("/me", json={"email": "ada@lab.test"})
    added = await ada.post("/me/emails", json={"email": "ada@lab.test"})

    assert [changed.status_code, added.status_code] == [422, 422]
