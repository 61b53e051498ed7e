"""People who go while something is done to them, or for them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
from httpx import AsyncClient, Response
from sqlalchemy import select

from tests.invitations.inviting import accept, invite, token_sent
from tests.support import databases
from tests.support.fakes import FakeHasher
from tests.support.patience import until
from tests.support.people import PASSWORD, Person, appoint
from uservault.privacy.purge import Purge
from uservault.settings.tree import Settings
from uservault.users.models import User
from uservault.users.repository import UserRepository
from uservault.wiring.ports import Resources
from uservault.wiring.scope import scope

NEW = "battery staple"
A_WHILE = 0.05  # seconds: how far a request gets decides what it finds, but not that it is refused


@pytest.fixture
def settings(database_url: str) -> Settings:
    return databases.settings_for(database_url, log={"file": None}, erasure={"grace_days": 0})


@pytest.fixture
async def ada(admin: Person) -> Person:
    return await appoint(admin, "ada", "invitations:write", "users:read")


@asynccontextmanager
async def being_purged(resources: Resources, person: Person) -> AsyncIterator[None]:
    """Others see them until the end, and whoever changes them waits."""
    async with scope(resources) as made:
        user = await made.get(UserRepository).get(person.id)
        assert user
        yield
        await made.get(Purge).purge(user)


Asking = Callable[[Person, Person], Coroutine[Any, Any, Response]]
ASKED: Mapping[str, Asking] = {
    "login": lambda root, ada: ada.client.post(
        "/login", json={"username": "ada", "password": PASSWORD}
    ),
    "address": lambda root, ada: ada.post("/me/emails", json={"email": "more@example.com"}),
    "profile": lambda root, ada: ada.put("/me/profile", json={"a": 1}),
    "metadata": lambda root, ada: root.put(f"/users/{ada.id}/metadata-admin", json={"a": 1}),
    "roles": lambda root, ada: root.put(f"/users/{ada.id}/roles", json={"roles": ["admin"]}),
    "password": lambda root, ada: ada.put(
        "/me/password", json={"current_password": PASSWORD, "new_password": NEW}
    ),
    "invitation": lambda root, ada: ada.post("/invitations", json={"email": "new@example.com"}),
    "role": lambda root, ada: root.delete("/roles/2"),
    "change with a key": lambda root, ada: root.post(
        f"/users/{ada.id}/deactivate", json={"reason": "x"}, headers={"Idempotency-Key": "k"}
    ),
    "invitation with a key": lambda root, ada: ada.post(
        "/invitations", json={"email": "new@example.com"}, headers={"Idempotency-Key": "k"}
    ),
    "proof": lambda root, ada: ada.post("/me/reauthenticate", json={"password": PASSWORD}),
    "refresh": lambda root, ada: ada.client.post(
        "/refresh", json={"refresh_token": ada.refresh_token}
    ),
    "logout": lambda root, ada: ada.post("/logout"),
    "end of all": lambda root, ada: root.delete(f"/users/{ada.id}/sessions"),
}


@pytest.mark.promise("H2")
@pytest.mark.parametrize("what", ASKED)
async def test_who_is_purged_meanwhile_is_no_error_of_ours(
    admin: Person, ada: Person, resources: Resources, what: str
) -> None:
    async with being_purged(resources, ada):
        asking = asyncio.create_task(ASKED[what](admin, ada))
        await asyncio.sleep(A_WHILE)
    answer = await asking

    assert answer.status_code in (200, 401, 404, 409), answer.text
    assert (await admin.get(f"/users/{ada.id}")).status_code == 404


Deed = Callable[[Person, Person, str], Awaitable[object]]


async def end_everybodys(root: Person, ada: Person, path: str) -> None:
    await root.post("/sessions/revoke", json={"everybody": True})


VOIDING: Mapping[str, Deed] = {
    "revoked": lambda root, ada, path: root.delete(path),
    "sent again": lambda root, ada, path: ada.post(f"{path}/resend"),
    "sent by another": lambda root, ada, path: root.post(f"{path}/resend"),
    "password of the inviter": lambda root, ada, path: ada.delete("/me/sessions"),
    "inviter deactivated": lambda root, ada, path: root.post(
        f"/users/{ada.id}/deactivate", json={"reason": "x"}
    ),
    "inviter deleted": lambda root, ada, path: root.delete(f"/users/{ada.id}"),
    "inviter without the role": lambda root, ada, path: root.put(
        f"/users/{ada.id}/roles", json={"roles": []}
    ),
    "everything void": end_everybodys,
}


@pytest.mark.promise("I4")
@pytest.mark.parametrize("what", VOIDING)
async def test_an_invitation_that_is_void_meanwhile_makes_no_user(
    admin: Person, ada: Person, anyone: AsyncClient, resources: Resources, what: str
) -> None:
    invitation = await invite(ada, "eve@example.com")
    token = await token_sent(resources)
    hasher = resources.hasher
    assert isinstance(hasher, FakeHasher)
    before = hasher.hashed

    hasher.free.clear()
    accepting = asyncio.create_task(accept(anyone, token, "eve"))
    await until(lambda: hasher.hashed > before)
    await VOIDING[what](admin, ada, f"/invitations/{invitation['id']}")
    hasher.free.set()
    answer = await accepting

    assert (answer.status_code, answer.json()["code"]) == (404, "invitation-not-found")
    names = await resources.database.rows(select(User.username).where(User.username == "eve"))
    assert names == []
