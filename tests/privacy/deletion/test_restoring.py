import pytest
from httpx import AsyncClient

from tests.support.history import history
from tests.support.people import Person, appoint, login, register
from uservault.wiring.ports import Resources


class TestRestore:
    async def test_takes_it_back(
        self, admin: Person, ada: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        await ada.put("/me/profile", json={"a": 1})
        before = (await ada.get("/me")).json()
        await ada.delete("/me")

        response = await admin.post(f"/users/{ada.id}/restore")

        assert (response.status_code, response.json()) == (200, before)
        assert response.headers["ETag"] == '"3"'
        back = await login(anyone, "ada", ada.id)
        assert (await back.get("/me/profile")).json() == {"a": 1}
        assert (await history(resources)).count("user.restored") == 1

    async def test_leaves_the_sessions_ended(
        self, admin: Person, ada: Person, anyone: AsyncClient
    ) -> None:
        await ada.delete("/me")

        await admin.post(f"/users/{ada.id}/restore")

        assert await ada.status() == 401
        refreshed = await anyone.post("/refresh", json={"refresh_token": ada.refresh_token})
        assert refreshed.status_code == 401

    async def test_knows_only_who_is_deleted(self, admin: Person, ada: Person) -> None:
        answers = [await admin.post(f"/users/{id}/restore") for id in (ada.id, 99)]

        assert [answer.status_code for answer in answers] == [404, 404]
        assert {answer.json()["code"] for answer in answers} == {"deleted-user-not-found"}

    @pytest.mark.promise("D1")
    async def test_is_for_who_may_delete(
        self, admin: Person, ada: Person, anyone: AsyncClient
    ) -> None:
        clerk = await appoint(admin, "clerk", "users:read", "users:write")
        await ada.delete("/me")

        assert (await clerk.post(f"/users/{ada.id}/restore")).status_code == 403
        assert (await clerk.get("/deleted-users")).status_code == 403
        assert (await ada.post(f"/users/{ada.id}/restore")).status_code == 401
        assert (await anyone.post(f"/users/{ada.id}/restore")).status_code == 401

    @pytest.mark.promise("D3")
    async def test_of_somebody_mightier_is_not_for_all_of_them(
        self, admin: Person, ada: Person
    ) -> None:
        await admin.put(f"/users/{ada.id}/roles", json={"roles": ["admin"]})
        clerk = await appoint(admin, "clerk", "users:delete")
        await ada.delete("/me")

        response = await clerk.post(f"/users/{ada.id}/restore")

        assert response.status_code == 403
        assert (await admin.post(f"/users/{ada.id}/restore")).status_code == 200


class TestListDeletedUsers:
    async def test_says_who_can_be_restored_and_until_when(
        self, admin: Person, ada: Person, anyone: AsyncClient
    ) -> None:
        assert (await admin.get("/deleted-users")).json() == []
        bob = await register(anyone, "bob")
        await ada.delete("/me")
        await bob.delete("/me")

        first = await admin.get("/deleted-users?limit=1")
        link = first.headers["Link"].partition(">")[0].removeprefix("</api")
        second = await admin.get(link)

        assert first.json() == [
            {
                "id": ada.id,
                "username": "ada",
                "email": "ada@example.com",
                "deleted_at": "2026-01-01T00:00:00Z",
                "purge_at": "2026-01-31T00:00:00Z",
            }
        ]
        assert [user["id"] for user in second.json()] == [bob.id]
        assert "Link" not in second.headers
