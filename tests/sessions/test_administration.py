import pytest
from httpx import AsyncClient
from sqlalchemy import insert, select

from tests.sessions.devices import sessions_of
from tests.support.history import history
from tests.support.people import PASSWORD, Person, login, register
from uservault.db.unit_of_work import unit_of_work
from uservault.sessions.models import Session
from uservault.wiring.ports import Resources


class TestAdministration:
    @pytest.mark.promise("D1")
    async def test_is_not_for_others(self, admin: Person, ada: Person) -> None:
        asked = [
            await ada.get(f"/users/{admin.id}/sessions"),
            await ada.delete(f"/users/{admin.id}/sessions"),
            await ada.delete(f"/users/{admin.id}/sessions/1"),
            await ada.post("/sessions/revoke", json={"everybody": True}),
        ]

        assert [response.status_code for response in asked] == [403] * 4
        assert await admin.status() == 200

    async def test_sees_and_ends_one_session(self, admin: Person, ada: Person) -> None:
        there = await ada.again()
        shown = (await admin.get(f"/users/{ada.id}/sessions")).json()
        assert len(shown) == 2

        await admin.delete(f"/users/{ada.id}/sessions/{shown[0]['id']}")

        assert await there.status() == 401
        assert await ada.status() == 200

    async def test_ends_a_session_of_the_named_user_only(self, admin: Person, ada: Person) -> None:
        [theirs] = await sessions_of(ada)

        response = await admin.delete(f"/users/{admin.id}/sessions/{theirs}")

        assert response.status_code == 404
        assert await ada.status() == 200

    async def test_knows_no_user_that_does_not_exist(self, admin: Person) -> None:
        assert (await admin.get("/users/99/sessions")).status_code == 404
        assert (await admin.delete("/users/99/sessions")).status_code == 404

    async def test_ends_all_of_a_user(self, admin: Person, ada: Person) -> None:
        there = await ada.again()

        response = await admin.delete(f"/users/{ada.id}/sessions")

        assert response.json() == {"revoked": 2}
        assert [await ada.status(), await there.status()] == [401, 401]
        assert await admin.status() == 200


class TestRevokeSessions:
    async def test_ends_those_of_many_users(
        self, admin: Person, ada: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        bob = await register(anyone, "bob")

        response = await admin.post("/sessions/revoke", json={"user_ids": [ada.id, bob.id, 4711]})

        assert response.json() == {"revoked": 2}
        assert [await ada.status(), await bob.status()] == [401, 401]
        last = (await history(resources, "type", "actor_id", "subject_id"))[-2:]
        assert last == [
            ("session.revoked", admin.id, ada.id),
            ("session.revoked", admin.id, bob.id),
        ]

    async def test_ends_many_sessions(self, admin: Person, ada: Person) -> None:
        there = await ada.again()
        ids = await sessions_of(ada)

        response = await admin.post("/sessions/revoke", json={"session_ids": [*ids, 4711]})

        assert response.json() == {"revoked": 2}
        assert [await ada.status(), await there.status()] == [401, 401]

    async def test_ends_everybodys(self, admin: Person, ada: Person, resources: Resources) -> None:
        response = await admin.post("/sessions/revoke", json={"everybody": True})

        assert response.json() == {"revoked": 2}
        assert [await ada.status(), await admin.status()] == [401, 401]
        last = (await history(resources, "type", "data"))[-1]
        assert last == ("session.revoked_everywhere", {"count": 2})
        assert await (await login(admin.client, "root", admin.id)).status() == 200

    @pytest.mark.parametrize(
        "wrong",
        [
            {"everybody": "yes"},
            {"everybody": None},
            {"user_ids": None},
            {"user_ids": [1] * 501},
            {"user_ids": [1.5]},
            {"user_ids": ["1"]},
            {"user_ids": [0]},
            {"user_ids": [10**18]},
            {"users": [1]},
        ],
        ids=lambda wrong: str(wrong)[:40],
    )
    async def test_wants_ids_and_not_too_many(self, admin: Person, wrong: object) -> None:
        assert (await admin.post("/sessions/revoke", json=wrong)).status_code == 422
        assert await admin.status() == 200

    async def test_ends_all_that_are_named_and_no_other(
        self, admin: Person, ada: Person, anyone: AsyncClient
    ) -> None:
        bob, eve = await register(anyone, "bob"), await register(anyone, "eve")
        [of_bob] = await sessions_of(bob)

        both = {"user_ids": [ada.id], "session_ids": [of_bob, float(of_bob)]}
        response = await admin.post("/sessions/revoke", json=both)

        assert response.json() == {"revoked": 2}
        assert [await who.status() for who in (ada, bob, eve)] == [401, 401, 200]
        assert (await admin.post("/sessions/revoke", json={})).json() == {"revoked": 0}

    async def test_takes_five_hundred(self, admin: Person, ada: Person) -> None:
        ids = [ada.id, *range(1000, 1499)]

        assert (await admin.post("/sessions/revoke", json={"user_ids": ids})).json() == {
            "revoked": 1
        }


async def log_in_often(person: Person, times: int, resources: Resources) -> None:
    """As if they had, and faster: each session is a copy of their first."""
    names = [column.name for column in Session.__table__.columns if column.name != "id"]
    columns = [getattr(Session, name) for name in names]
    first = select(*columns).where(Session.user_id == person.id).limit(1)
    async with unit_of_work(resources.database) as session:
        row = (await session.execute(first)).mappings().one()
        for begun in range(0, times, 1000):
            rows = [dict(row)] * min(1000, times - begun)
            await session.execute(insert(Session), rows)


class TestSessionsWithoutEnd:
    """Whoever may log in may do so as often as they like."""

    @pytest.mark.promise("A10")
    async def test_end_at_once_with_the_password(self, ada: Person, resources: Resources) -> None:
        await log_in_often(ada, 33_000, resources)  # more than PostgreSQL takes values
        words = {"current_password": PASSWORD, "new_password": "battery staple"}

        response = await ada.put("/me/password", json=words)

        assert response.status_code == 200
        assert await sessions_of(ada) == [2]
        told = [data["sessions"] for data in await history(resources, "data") if "sessions" in data]
        assert sum(map(len, told)) == 33_000
        assert max(map(len, told)) <= 500

    @pytest.mark.promise("D5")
    async def test_are_shown_as_far_as_people_look(self, ada: Person, resources: Resources) -> None:
        await log_in_often(ada, 100, resources)

        assert len(await sessions_of(ada)) == 100
