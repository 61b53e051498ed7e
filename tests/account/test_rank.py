"""Who may change somebody's address can become them: so nobody changes the mightier."""

import pytest

from tests.support.people import Person, appoint


@pytest.fixture
async def clerk(admin: Person) -> Person:
    """Somebody who looks after users, and holds nothing else."""
    return await appoint(admin, "clerk", "users:read", "users:write", "users:delete")


@pytest.mark.promise("D1", "D3")
async def test_nobody_changes_the_mightier(admin: Person, clerk: Person) -> None:
    tries = [
        await clerk.put(f"/users/{admin.id}", json={"email": "mine@example.com"}),
        await clerk.ask("PATCH", f"/users/{admin.id}", json={"email": "mine@example.com"}),
        await clerk.post(f"/users/{admin.id}/deactivate", json={"reason": "Mutiny."}),
        await clerk.post(f"/users/{admin.id}/activate"),
        await clerk.delete(f"/users/{admin.id}"),
    ]

    assert [response.status_code for response in tries] == [403] * 5
    assert "roles:write" in tries[0].json()["missing"]
    assert (await admin.get("/me")).json()["email"] == "root@example.com"


async def test_all_change_those_who_may_no_more_than_they(clerk: Person, ada: Person) -> None:
    assert (await clerk.put(f"/users/{ada.id}", json={"username": "lovelace"})).status_code == 200
    deactivated = await clerk.post(f"/users/{ada.id}/deactivate", json={"reason": "Spam."})
    assert deactivated.status_code == 200
    assert (await clerk.delete(f"/users/{ada.id}")).status_code == 200


async def test_everybody_changes_themselves(clerk: Person) -> None:
    response = await clerk.ask("PATCH", "/me", json={"email": "clerk@example.org"})

    assert response.status_code == 200
    assert (await clerk.delete("/me")).status_code == 200
