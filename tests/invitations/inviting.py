"""Inviting people, and reading their mail."""

import re
from typing import Any

from httpx import AsyncClient, Response

from tests.mail.queue import outbox
from tests.support.people import PASSWORD, Person
from uservault.mail.delivery import Delivery
from uservault.wiring.ports import Resources

ADA = "ada@example.com"


async def invite(by: Person, email: str = "ada@example.com", *roles: str) -> dict[str, Any]:
    response = await by.post("/invitations", json={"email": email, "roles": roles})
    assert response.status_code == 201, response.text
    body: dict[str, Any] = response.json()
    return body


async def token_sent(resources: Resources) -> str:
    """What stands in the last e-mail, once the mail is out."""
    while await Delivery(resources).run_once():
        pass
    body = outbox(resources).sent[-1].get_body(("plain",))
    assert body
    found = re.search(r"/invitation#token=([\w-]+)", body.get_content())
    assert found
    return found[1]


async def accept(anyone: AsyncClient, token: str, username: str = "ada") -> Response:
    data = {"token": token, "username": username, "password": PASSWORD}
    return await anyone.post("/account/accept-invitation", json=data)
