"""People who write as fast as they can, and note every answer."""

import asyncio
from contextlib import suppress

import httpx

from faults.ledger import GONE, Ledger
from tests.support.people import PASSWORD

CLIENTS = 8


class NoAnswer(Exception):
    """The service went away, or could not say whether it did what it was asked."""


async def load(base_url: str, prefix: str, ledger: Ledger) -> None:
    """Goes on until the service is gone."""
    everyone = (_write(base_url, f"{prefix}.{n}", ledger) for n in range(CLIENTS))
    await asyncio.gather(*everyone)


async def _write(base_url: str, prefix: str, ledger: Ledger) -> None:
    async with httpx.AsyncClient(base_url=f"{base_url}/api", trust_env=False) as client:
        with suppress(httpx.TransportError):
            for n in range(1_000_000):
                with suppress(NoAnswer):
                    await _live(client, f"{prefix}.{n}", ledger, deleted=n % 3 == 0)


async def _live(client: httpx.AsyncClient, name: str, ledger: Ledger, *, deleted: bool) -> None:
    """One account: registered, changed, and one in three deleted again."""
    first, second = f"{name}@example.com", f"{name}@example.org"
    user = {"username": name, "email": first, "password": PASSWORD}
    ledger.asked(name, first)
    path = f"/users/{(await _answer(client, 'POST', '/users', user))['id']}"
    ledger.done(name, first, "registered")

    login = {"username": name, "password": PASSWORD}
    token = (await _answer(client, "POST", "/login", login))["access_token"]
    ledger.asked(name, second)
    await _answer(client, "PUT", path, {"email": second}, token)
    ledger.done(name, second, "updated")

    if deleted:
        ledger.asked(name, GONE)
        await _answer(client, "DELETE", path, None, token)
        ledger.done(name, GONE, "deleted")


async def _answer(
    client: httpx.AsyncClient, method: str, path: str, body: object, token: str = ""
) -> dict[str, str]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    response = await client.request(method, path, json=body, headers=headers)
    if not response.is_success:
        await asyncio.sleep(0.05)
        raise NoAnswer
    answer: dict[str, str] = response.json()
    return answer
