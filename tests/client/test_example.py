"""`examples/orders`, as its README has it run, beside a UserVault that comes and goes."""

import asyncio
import json
import re
import shlex
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from httpx import AsyncClient, Response

from tests.client.running import EXAMPLE, LEAD, orders, rotate, uservault
from tests.keys.replicas import kid_of
from tests.support.patience import patience
from tests.support.people import Person, appoint, login, register
from tests.support.server import free_port

README = (EXAMPLE / "README.md").read_text()
CURLS = re.findall(r"^curl .+$", README, re.MULTILINE)
EXPORTS = dict(re.findall(r'^export (\w+)="?([^"\n]+)', README, re.MULTILINE))


def curl(line: str, vault: str = "", shop: str = "") -> tuple[int, Any]:
    """Does it at those addresses, and not at the README's; the status, and the body."""
    line = line.replace("http://127.0.0.1:5000", vault).replace("http://127.0.0.1:8000", shop)
    done = subprocess.run(  # noqa: S603
        [*shlex.split(line), "--silent", "--show-error", "--write-out", "\n%{http_code}"],
        capture_output=True,
        text=True,
        check=True,
        timeout=patience(),
    )
    body, _, status = done.stdout.rpartition("\n")
    return int(status), json.loads(body)


@dataclass
class Services:
    """Where they are; UserVault's can be stopped and started."""

    folder: Path
    port: int = field(default_factory=free_port)
    vault: ExitStack = field(default_factory=ExitStack)
    shop: str = ""

    @property
    def api(self) -> str:
        return f"http://127.0.0.1:{self.port}/api"

    def start_vault(self) -> str:
        return self.vault.enter_context(uservault(self.folder, self.port))


@dataclass
class Visitor:
    """Somebody in the shop."""

    shop: AsyncClient
    token: str

    async def get(self, path: str = "/orders") -> Response:
        return await self.shop.get(path, headers=bearing(self.token))

    async def is_refused(self) -> bool:
        """Waits until the shop does so."""
        async with asyncio.timeout(patience()):
            while (await self.get()).status_code != 401:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        return True


@dataclass
class Street:
    """Both services, and a client of each."""

    services: Services
    users: AsyncClient
    shop: AsyncClient

    async def enter(self, person: Person) -> "Visitor":
        """With a token for the shop, which UserVault gives for the session's."""
        answer = await person.post("/me/tokens", json={"audience": "orders"})
        return Visitor(self.shop, answer.json()["access_token"])


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    services = Services(tmp_path_factory.mktemp("street"))
    with services.vault:
        address = services.start_vault()
        assert curl(CURLS[0], vault=address)[0] == 201
        told = {**EXPORTS, "USERVAULT_URL": address}
        with orders(services.folder, free_port(), told) as services.shop:
            yield services


@pytest.fixture
async def street(services: Services) -> AsyncIterator[Street]:
    async with (
        AsyncClient(base_url=services.api, timeout=patience()) as users,
        AsyncClient(base_url=services.shop, timeout=patience()) as shop,
    ):
        yield Street(services, users, shop)


def bearing(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def test_sells_to_whom_uservault_knows(street: Street) -> None:
    person = await register(street.users, "ada")
    ada = await street.enter(person)
    bob = await street.enter(await register(street.users, "bob"))
    root = await street.enter(await login(street.users, "root", 1))

    teapot = {"what": "a teapot"}
    sold = await street.shop.post("/orders", json=teapot, headers=bearing(ada.token))

    assert (sold.status_code, sold.json()["user_id"]) == (201, person.id)
    assert (await ada.get()).json() == [sold.json()]
    assert (await bob.get()).json() == []
    assert (await bob.get("/orders/all")).status_code == 403
    assert (await bob.get("/orders/count")).status_code == 403
    assert sold.json() in (await root.get("/orders/all")).json()
    assert (await root.get("/orders/count")).json() >= 1
    assert (await street.shop.get("/orders")).status_code == 401


async def test_is_used_as_its_readme_says(street: Street) -> None:
    ada = await register(street.users, "barbara")
    exchange = CURLS[1].replace("<access token>", ada.token)
    _, exchanged = curl(exchange, vault=street.services.api.removesuffix("/api"))
    lines = [line.replace("<token>", exchanged["access_token"]) for line in CURLS[2:]]

    answers = [curl(line, shop=street.services.shop) for line in lines]

    assert [status for status, _ in answers] == [201, 200, 403]
    assert answers[1][1] == [answers[0][1]]


@pytest.mark.promise("I3")
async def test_shows_every_order_to_whom_a_role_permits_it(street: Street) -> None:
    root = await login(street.users, "root", 1)
    person = await appoint(root, "clerk", "orders:read")
    clerk = await street.enter(person)

    assert (await clerk.get("/orders/all")).status_code == 200
    assert (await clerk.get("/orders/count")).status_code == 403

    await root.put(f"/users/{person.id}/roles", json={"roles": []})
    assert (await (await street.enter(person)).get("/orders/all")).status_code == 403


async def test_refuses_nobody_while_keys_change(street: Street) -> None:
    ada = await register(street.users, "grace")
    first = await street.enter(ada)
    await asyncio.to_thread(rotate, street.services.folder)
    kids, answers = {kid_of(first.token)}, []

    async with asyncio.timeout(patience(10 * LEAD)):
        while len(kids) < 2:
            latest = await street.enter(ada)
            kids.add(kid_of(latest.token))
            answers += [await first.get(), await latest.get()]

    assert {answer.status_code for answer in answers} == {200}


async def test_survives_that_uservault_is_away(street: Street) -> None:
    person = await register(street.users, "edsger")
    ada = await street.enter(person)
    assert (await ada.get()).status_code == 200

    street.services.vault.close()
    assert (await ada.get()).status_code == 200
    await asyncio.sleep(2 * LEAD)
    assert (await ada.get()).status_code == 200

    street.services.start_vault()
    await person.post("/logout")
    assert await ada.is_refused()


def test_is_short() -> None:
    assert len((EXAMPLE / "main.py").read_text().splitlines()) <= 80
