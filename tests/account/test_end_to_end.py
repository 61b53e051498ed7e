"""With a real mail server, the worker inside the service, and the clock on the wall."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import pytest
from httpx import AsyncClient

from tests.recovery.post import CODE, TOKEN
from tests.support import databases
from tests.support.patience import until
from tests.support.people import PASSWORD, login, registration
from tests.support.processes import served
from tests.support.smtp import Postbox, smtp_server
from uservault.mail.smtp import SmtpTransport
from uservault.settings.tree import Settings
from uservault.wiring.ports import Resources, system_clock


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    with smtp_server() as postbox:
        yield postbox


@pytest.fixture
def settings(database_url: str, postbox: Postbox) -> Settings:
    return databases.settings_for(
        database_url,
        worker={"embedded": True},
        mail=postbox.settings(),
        registration={"verify": "required"},
        notices={"password_changed": True},
        log={"file": None},
    )


@pytest.fixture
async def anyone(settings: Settings, resources: Resources) -> AsyncIterator[AsyncClient]:
    real = replace(resources, mail=SmtpTransport(settings.mail), clock=system_clock)
    async with served(real) as client:
        yield client


async def arrived(postbox: Postbox, count: int) -> str:
    """What the last of so many e-mails says."""
    await until(lambda: len(postbox.taken) >= count)
    body = postbox.taken[count - 1].get_body(("plain",))
    assert body
    text: str = body.get_content().replace("\r\n", "\n")
    return text


async def test_a_user_proves_an_address_and_recovers_a_lost_password(
    anyone: AsyncClient, postbox: Postbox
) -> None:
    for name in ("root", "ada"):
        await anyone.post("/users", json=registration(name))
    welcome = TOKEN.search(await arrived(postbox, 1))
    assert welcome
    assert CODE.search(await arrived(postbox, 1))

    verified = await anyone.post("/account/verify-email", json={"token": welcome[1]})
    ada = await login(anyone, "ada", 2)
    asked = await anyone.post("/account/forgot-password", json={"email": "ada@example.com"})
    link = TOKEN.search(await arrived(postbox, 2))
    assert link
    body = {"token": link[1], "new_password": "battery staple"}
    changed = await anyone.post("/account/reset-password", json=body)
    await arrived(postbox, 3)

    assert [verified.status_code, asked.status_code, changed.status_code] == [200, 202, 200]
    assert postbox.recipients == ["ada@example.com"] * 3
    assert await ada.status() == 401
    old, new = ({"username": "ada", "password": each} for each in (PASSWORD, "battery staple"))
    assert (await anyone.post("/login", json=old)).status_code == 401
    assert (await anyone.post("/login", json=new)).status_code == 200
