"""One session, refreshed through two server processes at once."""

import asyncio
from collections import Counter

import pytest
from httpx import AsyncClient, Limits

from tests.support.patience import patience
from tests.support.people import register
from tests.support.serving import UNLIMITED, serving


@pytest.mark.promise("C8")
async def test_two_server_processes_agree_on_the_successor(database_url: str) -> None:
    with serving(database_url, USERVAULT_SERVER__WORKERS="2", **UNLIMITED) as served:
        many = Limits(max_connections=50, max_keepalive_connections=0)  # connections for both
        async with AsyncClient(
            base_url=f"{served.url}/api", limits=many, timeout=patience(30), trust_env=False
        ) as client:
            ada = await register(client, "ada")
            for _ in range(3):
                tries = [refresh(client, ada.refresh_token) for _ in range(50)]

                answers = Counter(await asyncio.gather(*tries))

                [(status, successor)] = answers
                assert (status, answers.total()) == (200, 50)
                ada.refresh_token = successor


async def refresh(client: AsyncClient, token: str) -> tuple[int, str]:
    response = await client.post("/refresh", json={"refresh_token": token})
    return response.status_code, response.json().get("refresh_token", "")
