"""Deleting with a grace: gone for everybody, until they are restored or purged."""

import pytest
from httpx import AsyncClient

from tests.support.fakes import FakeHasher
from tests.support.history import history
from tests.support.people import PASSWORD, Person, register, registration
from uservault.wiring.ports import Resources


class TestDelete:
    @pytest.mark.parametrize("path", ["/me", "/users/2"])
    async def test_answers_as_ever(self, ada: Person, path: str) -> None:
        response = await ada.delete(path)

        assert (response.status_code, response.json()) == (
            200,
            {"message": "User deleted successfully"},
        )

    @pytest.mark.promise("C6")
    async def test_ends_every_access_at_once(
        self, admin: Person, ada: Person, anyone: AsyncClient
    ) -> None:
        other = await ada.again()

        await ada.delete("/me")

        assert [await ada.status(), await other.status()] == [401, 401]
        for token in (ada.refresh_token, other.refresh_token):
            refreshed = await anyone.post("/refresh", json={"refresh_token": token})
            assert refreshed.status_code == 401

    async def test_makes_a_user_nobody(self, admin: Person, ada: Person) -> None:
        await admin.delete(f"/users/{ada.id}")

        asked = [
            await admin.get(f"/users/{ada.id}"),
            await admin.put(f"/users/{ada.id}", json={"username": "eve"}),
            await admin.delete(f"/users/{ada.id}"),
            await admin.post(f"/users/{ada.id}/deactivate", json={"reason": "gone"}),
            await admin.post(f"/users/{ada.id}/activate"),
            await admin.get(f"/users/{ada.id}/sessions"),
            await admin.delete(f"/users/{ada.id}/sessions"),
            await admin.get(f"/users/{ada.id}/roles"),
            await admin.put(f"/users/{ada.id}/roles", json={"roles": ["admin"]}),
            await admin.get(f"/users/{ada.id}/profile"),
            await admin.ask("PATCH", f"/users/{ada.id}/metadata-admin", json={"a": 1}),
        ]

        assert {response.status_code for response in asked} == {404}
        assert {response.json()["code"] for response in asked} == {"user-not-found"}
        assert [user["id"] for user in (await admin.get("/users")).json()] == [admin.id]

    @pytest.mark.promise("B1", "B2")
    @pytest.mark.parametrize("name", ["ada", "ada@example.com"])
    async def test_refuses_their_login_like_a_stranger_s(
        self, ada: Person, anyone: AsyncClient, resources: Resources, name: str
    ) -> None:
        assert isinstance(resources.hasher, FakeHasher)
        await ada.delete("/me")

        answers, work = [], []
        for who in (name, f"no{name}"):
            before = resources.hasher.verified
            answers.append(
                await anyone.post("/login", json={"username": who, "password": PASSWORD})
            )
            work.append(resources.hasher.verified - before)

        told = [answer.json() | {"request_id": None} for answer in answers]
        assert [answer.status_code for answer in answers] == [401, 401]
        assert told[0] == told[1]
        assert work == [1, 1]
        assert (await history(resources, "type", "subject_id"))[-2:] == [
            ("login.failed", None),
            ("login.failed", None),
        ]

    @pytest.mark.parametrize("taken", ["username", "email"])
    async def test_keeps_name_and_address_for_them(
        self, ada: Person, anyone: AsyncClient, taken: str
    ) -> None:
        await ada.delete("/me")

        again = registration("eve") | {taken: registration("ada")[taken]}

        assert (await anyone.post("/users", json=again)).status_code == 409

    async def test_is_recorded_and_told_to_who_polls(
        self, admin: Person, ada: Person, resources: Resources
    ) -> None:
        await admin.delete(f"/users/{ada.id}")

        events = await history(resources, "type", "actor_id", "subject_id")
        assert events[-2:] == [
            ("user.deleted", admin.id, ada.id),
            ("session.revoked", admin.id, ada.id),
        ]
        feed = (await admin.get("/revocations")).json()["revocations"]
        assert ("user", ada.id) in [(each["kind"], each["user_id"]) for each in feed]

    async def test_makes_the_next_one_administrator_once_there_is_none(
        self, admin: Person, anyone: AsyncClient
    ) -> None:
        await admin.delete("/me")

        assert (await (await register(anyone, "heir")).get("/users")).status_code == 200
