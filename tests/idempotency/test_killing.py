"""A process that is killed leaves the deed and its answer, or neither."""

import asyncio
import signal
from contextlib import suppress

import httpx
import pytest
from httpx import AsyncClient, Response
from sqlalchemy import select

from tests.idempotency.keys import keyed
from tests.support.patience import patience
from tests.support.people import registration
from tests.support.serving import Served, serving
from uservault.idempotency.models import StoredAnswer
from uservault.users.models import User
from uservault.wiring.ports import Resources

NAMES = [f"user{number}" for number in range(40)]


async def register_all(served: Served, *, kill_after: int = len(NAMES)) -> list[Response | None]:
    """The answers; None for what was lost. Kills the server after so many of them."""
    answered = 0

    async def one(client: AsyncClient, name: str) -> Response | None:
        nonlocal answered
        try:
            response = await client.post("/users", json=registration(name), headers=keyed(name))
        except httpx.TransportError:
            return None
        answered += 1
        if answered == kill_after < len(NAMES):
            served.process.kill()
        return response

    url = f"{served.url}/api"
    async with AsyncClient(base_url=url, timeout=patience(30), trust_env=False) as client:
        return await asyncio.gather(*(one(client, name) for name in NAMES))


async def register_until_killed(database_url: str) -> list[Response | None]:
    answers = []
    with suppress(RuntimeError), serving(database_url) as served:  # it leaves with -9
        answers = await register_all(served, kill_after=10)
        assert served.process.wait() == -signal.SIGKILL
    return answers


@pytest.mark.promise("H1", "H8")
async def test_whoever_repeats_gets_what_was_done(database_url: str, resources: Resources) -> None:
    first = await register_until_killed(database_url)
    users = {row.id for row in await resources.database.rows(select(User.id))}
    answers = await resources.database.rows(select(StoredAnswer.subject_id))

    with serving(database_url) as served:
        second = await register_all(served)

    assert len(users) >= 10
    assert sorted(row.subject_id for row in answers) == sorted(users)
    assert {each.status_code for each in second if each} == {201}
    given = [(a.content, b.content) for a, b in zip(first, second, strict=True) if a and b]
    assert len(given) >= 10
    assert all(before == after for before, after in given)
    assert len(await resources.database.rows(select(User.id))) == len(NAMES)
