"""What evicts a thief evicts all of him: whatever he asked for before is void (I4)."""

from collections.abc import Awaitable, Callable, Mapping

import pytest
from httpx import AsyncClient

from tests.recovery.post import post
from tests.support import databases
from tests.support.people import PASSWORD, Person, login
from uservault.settings.tree import Settings
from uservault.wiring.ports import Resources

NEW = "battery staple"
Deed = Callable[[Person, Person], Awaitable[object]]


async def change_password(admin: Person, ada: Person) -> None:
    await ada.put("/me/password", json={"current_password": PASSWORD, "new_password": NEW})


async def deactivate(admin: Person, ada: Person) -> None:
    await admin.post(f"/users/{ada.id}/deactivate", json={"reason": "Stolen."})
    await admin.post(f"/users/{ada.id}/activate")


async def end_own(admin: Person, ada: Person) -> None:
    await ada.delete("/me/sessions")


async def end_theirs(admin: Person, ada: Person) -> None:
    await admin.delete(f"/users/{ada.id}/sessions")


async def end_of_users(admin: Person, ada: Person) -> None:
    await admin.post("/sessions/revoke", json={"user_ids": [ada.id]})


async def end_everybodys(admin: Person, ada: Person) -> None:
    await admin.post("/sessions/revoke", json={"everybody": True})


EVICTIONS: Mapping[str, Deed] = {
    each.__name__: each
    for each in (
        change_password,
        deactivate,
        end_own,
        end_theirs,
        end_of_users,
        end_everybodys,
    )
}
evictions = pytest.mark.parametrize("evict", EVICTIONS.values(), ids=EVICTIONS)


@pytest.fixture
def settings(database_url: str) -> Settings:
    return databases.settings_for(
        database_url, log={"file": None}, registration={"verify": "optional"}
    )


@pytest.mark.promise("I4")
class TestEviction:
    @evictions
    async def test_voids_a_forgotten_password(
        self, admin: Person, ada: Person, anyone: AsyncClient, resources: Resources, evict: Deed
    ) -> None:
        await anyone.post("/account/forgot-password", json={"email": "ada@example.com"})
        token = (await post(resources))[-1].token

        await evict(admin, ada)
        reset = {"token": token, "new_password": "of the thief"}
        response = await anyone.post("/account/reset-password", json=reset)

        assert response.status_code == 403
        assert response.json()["code"] == "one-time-token-invalid"

    @evictions
    async def test_voids_an_invitation_in_the_users_name(
        self, admin: Person, ada: Person, anyone: AsyncClient, resources: Resources, evict: Deed
    ) -> None:
        await admin.put(f"/users/{ada.id}/roles", json={"roles": ["admin"]})
        await ada.post("/invitations", json={"email": "thief@example.com", "roles": ["admin"]})
        token = (await post(resources))[-1].token

        await evict(admin, ada)
        words = {"token": token, "username": "thief", "password": PASSWORD}
        response = await anyone.post("/account/accept-invitation", json=words)

        assert response.status_code == 404

    async def test_is_not_undone_by_an_activation(self, admin: Person, ada: Person) -> None:
        await deactivate(admin, ada)

        refreshed = await ada.client.post("/refresh", json={"refresh_token": ada.refresh_token})

        assert await ada.status() == 401
        assert refreshed.status_code == 401
        assert await (await login(ada.client, "ada", ada.id)).status() == 200
