"""Two servers on one PostgreSQL, on hosts whose clocks differ by half a minute."""

import subprocess
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest
from httpx import AsyncClient

from tests.support import databases
from tests.support.patience import patience
from tests.support.people import Person, login, register
from tests.support.programs import ProgramMissing, go_without, program
from tests.support.serving import UNLIMITED, serving
from tests.support.shared import Shared

pytestmark = [pytest.mark.backend("postgresql"), pytest.mark.promise("H12", "I12")]
SKEW = 30  # seconds


def wrong_by(seconds: int) -> Mapping[str, str]:
    """The environment of a program whose clock is wrong."""
    try:
        faketime = program("faketime")
    except ProgramMissing as missing:
        go_without(missing)
    asked = subprocess.run(  # noqa: S603
        [faketime, "-f", f"{seconds:+}s", "printenv", "LD_PRELOAD"],
        capture_output=True,
        text=True,
        check=True,
    )
    return {
        "LD_PRELOAD": asked.stdout.strip(),
        "FAKETIME": f"{seconds:+}s",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",  # event loops and locks wait by that one
    }


@pytest.fixture(scope="module")
def shared_url(urls: Shared, worker: str) -> str:
    return databases.create(urls["postgresql"], f"clocks_{worker}")


@pytest.fixture
async def hosts(shared_url: str) -> AsyncIterator[tuple[AsyncClient, AsyncClient]]:
    """One whose clock is right, and one that is ahead."""
    async with AsyncExitStack() as stack:
        clients = []
        for env in ({}, wrong_by(SKEW)):
            served = stack.enter_context(serving(shared_url, **UNLIMITED, **env))
            url = f"{served.url}/api"
            client = AsyncClient(base_url=url, timeout=patience(), trust_env=False)
            clients.append(await stack.enter_async_context(client))
        yield clients[0], clients[1]


async def refresh(client: AsyncClient, person: Person) -> int:
    response = await client.post("/refresh", json={"refresh_token": person.refresh_token})
    if response.is_success:
        person.token = response.json()["access_token"]
        person.refresh_token = response.json()["refresh_token"]
    return response.status_code


async def test_nobody_is_signed_out_wrongly_and_everybody_who_should_be(
    hosts: tuple[AsyncClient, AsyncClient],
) -> None:
    one, other = hosts
    root = await register(one, "root")
    there = Person(root.id, "root", other, root.token, root.refresh_token)  # a second tab
    dates = [parsedate_to_datetime((await each.get("/me")).headers["Date"]) for each in hosts]
    assert dates[1] - dates[0] > timedelta(seconds=20)  # else this test proves nothing

    for first, second in [(one, other), (other, one)] * 2:
        assert [await refresh(first, root), await refresh(second, there)] == [200, 200]
        assert root.refresh_token == there.refresh_token
        assert [await root.status(), await there.status()] == [200, 200]

    away = await login(other, "root", root.id)
    await root.post("/logout")
    assert [await there.status(), await refresh(other, there), await away.status()] == [
        401,
        401,
        200,
    ]
    feed = (await away.get("/revocations")).json()
    assert [each["session_ids"] for each in feed["revocations"]] == [[1]]
