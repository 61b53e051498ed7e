"""Deleting with a grace: gone for everybody, until they are restored or purged."""

import asyncio
from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import select

from tests import databases
from tests.fakes import FakeClock, FakeHasher
from tests.history import history
from tests.mail.queue import mails, queue
from tests.people import PASSWORD, Person, appoint, login, register, registration
from uservault.passwords.models import Password
from uservault.privacy.sweep import PurgeSweep
from uservault.sessions.models import Session
from uservault.settings.tree import Settings
from uservault.users.models import User
from uservault.wiring.ports import Resources

GRACE = 30  # days
AGENT = {"User-Agent": "Mozilla/5.0 (Ada)"}


@pytest.fixture
def settings(database_url: str) -> Settings:
    log = {"file": None, "level": "info"}
    return databases.settings_for(database_url, log=log, erasure={"grace_days": GRACE})


@pytest.fixture
def purge(resources: Resources) -> PurgeSweep:
    return PurgeSweep(resources)


class TestDelete:
    @pytest.mark.parametrize("path", ["/me", "/users/2"])
    async def test_answers_as_ever(self, ada: Person, path: str) -> None:
        response = await ada.delete(path)

        assert (response.status_code, response.json()) == (
            200,
            {"message": "User deleted successfully"},
        )

    async def test_ends_every_access_at_once(
        self, admin: Person, ada: Person, anyone: AsyncClient
    ) -> None:
        other = await ada.again()

        await ada.delete("/me")

        assert [await ada.status(), await other.status()] == [401, 401]  # C6
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
        assert [answer.status_code for answer in answers] == [401, 401]  # B1
        assert told[0] == told[1]
        assert work == [1, 1]  # B2
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

    async def test_is_for_who_may_delete(
        self, admin: Person, ada: Person, anyone: AsyncClient
    ) -> None:
        clerk = await appoint(admin, "clerk", "users:read", "users:write")
        await ada.delete("/me")

        assert (await clerk.post(f"/users/{ada.id}/restore")).status_code == 403  # D1
        assert (await clerk.get("/deleted-users")).status_code == 403
        assert (await ada.post(f"/users/{ada.id}/restore")).status_code == 401
        assert (await anyone.post(f"/users/{ada.id}/restore")).status_code == 401

    async def test_of_somebody_mightier_is_not_for_all_of_them(
        self, admin: Person, ada: Person
    ) -> None:
        await admin.put(f"/users/{ada.id}/roles", json={"roles": ["admin"]})
        clerk = await appoint(admin, "clerk", "users:delete")
        await ada.delete("/me")

        response = await clerk.post(f"/users/{ada.id}/restore")

        assert response.status_code == 403  # D3
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


class TestPurge:
    async def test_waits_for_the_end_of_the_grace(
        self, admin: Person, ada: Person, purge: PurgeSweep, clock: FakeClock, resources: Resources
    ) -> None:
        await ada.delete("/me")

        clock.advance(days=GRACE, seconds=-1)
        early = await purge.run_once()
        clock.advance(seconds=1)
        late = await purge.run_once()

        assert (early, late, await purge.run_once()) == (0, 1, 0)
        assert (await history(resources, "type", "actor_id", "subject_id"))[-1] == (
            "user.purged",
            None,
            ada.id,
        )
        assert (await (await admin.again()).post(f"/users/{ada.id}/restore")).status_code == 404

    async def test_forgets_the_person_and_what_hangs_on_them(
        self, ada: Person, purge: PurgeSweep, clock: FakeClock, resources: Resources
    ) -> None:
        await queue(resources, user_id=ada.id)
        others = await queue(resources, to="root@example.com", user_id=1)
        await ada.get("/me", headers=AGENT)
        await ada.delete("/me")

        clock.advance(days=GRACE)
        await purge.run_once()

        assert await ids(resources, User.id) == {1}
        assert await ids(resources, Password.user_id) == {1}
        assert await ids(resources, Session.user_id) == {1}
        assert await mails(resources, "id") == [others]

    async def test_leaves_what_happened_without_who_it_was(
        self, admin: Person, ada: Person, purge: PurgeSweep, clock: FakeClock, resources: Resources
    ) -> None:
        await ada.ask("PATCH", "/me", json={"username": "lovelace"}, headers=AGENT)
        await admin.put(f"/users/{ada.id}", json={"username": "ada"}, headers=AGENT)
        before = await history(resources, "type", "actor_id", "subject_id", "data")
        await ada.delete("/me")

        clock.advance(days=GRACE)
        await purge.run_once()

        kept = await history(resources, "type", "actor_id", "subject_id", "data")
        assert kept[: len(before)] == before
        told = await history(resources, "actor_id", "subject_id", "address", "user_agent")
        theirs = [each for each in told if each[0] == ada.id or each[:2] == (None, ada.id)]
        assert theirs
        assert {each[2:] for each in theirs} == {(None, None)}
        by_admin = [each for each in told if each[:2] == (admin.id, ada.id)]
        assert by_admin
        assert all(each[2] and each[3] for each in by_admin)

    async def test_sets_name_and_address_free_but_never_the_id(
        self, ada: Person, purge: PurgeSweep, clock: FakeClock, anyone: AsyncClient
    ) -> None:
        await ada.delete("/me")
        clock.advance(days=GRACE)
        await purge.run_once()

        again = await register(anyone, "ada")

        assert again.id > ada.id  # C6

    async def test_leaves_who_was_restored(
        self, admin: Person, ada: Person, purge: PurgeSweep, clock: FakeClock, resources: Resources
    ) -> None:
        await ada.delete("/me")
        await admin.post(f"/users/{ada.id}/restore")

        clock.advance(days=GRACE)

        assert await purge.run_once() == 0
        assert ada.id in await ids(resources, User.id)

    async def test_and_restoring_at_the_same_time_agree(
        self, admin: Person, purge: PurgeSweep, clock: FakeClock, resources: Resources
    ) -> None:
        for n in range(10):
            user = await register(admin.client, f"user{n}")
            await user.delete("/me")
            clock.advance(days=GRACE)
            keeper = await admin.again()

            restored, _ = await asyncio.gather(
                keeper.post(f"/users/{user.id}/restore"), purge.run_once()
            )

            there = user.id in await ids(resources, User.id)
            assert restored.status_code == (200 if there else 404)

    async def test_by_several_workers_happens_once(
        self, ada: Person, clock: FakeClock, resources: Resources
    ) -> None:
        await ada.delete("/me")
        clock.advance(days=GRACE)

        await asyncio.gather(*(PurgeSweep(resources).run_once() for _ in range(5)))

        assert (await history(resources)).count("user.purged") == 1


async def ids(resources: Resources, column: Any) -> set[int]:
    return {row[0] for row in await resources.database.rows(select(column))}
