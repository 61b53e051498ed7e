import pytest
from httpx import AsyncClient

from tests.sessions.devices import sessions_of
from tests.support.fakes import FakeClock
from tests.support.history import history
from tests.support.people import Person
from uservault.sessions.last_seen import LastSeen
from uservault.wiring.ports import Resources

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


class TestListMySessions:
    async def test_shows_where_one_is_logged_in(self, ada: Person, anyone: AsyncClient) -> None:
        anyone.headers["User-Agent"] = FIREFOX
        there = await ada.again()

        newest, oldest = (await there.get("/me/sessions")).json()

        assert newest["current"]
        assert not oldest["current"]
        assert newest["label"] == "Firefox on Linux"
        assert newest["user_agent"] == FIREFOX
        assert newest["address"] == "127.0.0.1"
        assert newest["created_at"] == newest["last_seen_at"] == "2026-01-01T00:00:00Z"
        assert newest["expires_at"] == "2026-01-31T00:00:00Z"

    async def test_shows_nobody_elses(self, admin: Person, ada: Person) -> None:
        assert not set(await sessions_of(admin)) & set(await sessions_of(ada))

    async def test_leaves_out_what_has_ended(self, ada: Person, clock: FakeClock) -> None:
        there = await ada.again()
        await there.post("/logout")

        assert len(await sessions_of(ada)) == 1

    async def test_shows_to_the_minute_when_it_was_last_used(
        self, ada: Person, clock: FakeClock, resources: Resources
    ) -> None:
        presence = resources.shared(LastSeen)
        clock.advance(seconds=59)
        await ada.get("/me")
        await presence.flush()
        [before] = (await ada.get("/me/sessions")).json()
        clock.advance(seconds=1)
        await ada.get("/me")
        await presence.flush()
        [after] = (await ada.get("/me/sessions")).json()

        assert before["last_seen_at"] == "2026-01-01T00:00:00Z"
        assert after["last_seen_at"] == "2026-01-01T00:01:00Z"


class TestExpiry:
    async def test_ends_after_seven_days_without_use(self, ada: Person, clock: FakeClock) -> None:
        clock.advance(days=7)

        assert await refresh(ada) == 401

    async def test_goes_on_while_it_is_used_and_ends_after_thirty_days(
        self, ada: Person, clock: FakeClock
    ) -> None:
        for _ in range(5):
            clock.advance(days=6, minutes=-1)
            assert await refresh(ada) == 200
        clock.advance(minutes=4, seconds=59)
        assert await ada.status() == 200
        clock.advance(seconds=1)

        assert await ada.status() == 401
        assert await refresh(ada) == 401

    async def test_no_token_outlives_its_session(self, ada: Person, clock: FakeClock) -> None:
        for _ in range(5):
            clock.advance(days=6, minutes=-1)
            await refresh(ada)

        response = await ada.client.post("/refresh", json={"refresh_token": ada.refresh_token})

        assert response.json()["expires_in"] == 300


async def refresh(person: Person) -> int:
    response = await person.client.post("/refresh", json={"refresh_token": person.refresh_token})
    if response.status_code == 200:
        person.token = response.json()["access_token"]
        person.refresh_token = response.json()["refresh_token"]
    return response.status_code


class TestLogout:
    @pytest.mark.promise("C7")
    async def test_ends_this_session_and_no_other(self, ada: Person, resources: Resources) -> None:
        there = await ada.again()

        assert (await there.post("/logout")).status_code == 200

        assert await there.status() == 401
        assert await refresh(there) == 401
        assert await ada.status() == 200
        last = (await history(resources, "type", "actor_id", "subject_id", "data"))[-1]
        revoked = {"sessions": [3], "reason": "logout"}
        assert last == ("session.revoked", ada.id, ada.id, revoked)


class TestRevokeMine:
    async def test_ends_one(self, ada: Person) -> None:
        there = await ada.again()
        [theirs, _] = await sessions_of(there)

        assert (await ada.delete(f"/me/sessions/{theirs}")).status_code == 200

        assert await there.status() == 401
        assert await ada.status() == 200
        assert (await ada.delete(f"/me/sessions/{theirs}")).status_code == 404

    @pytest.mark.promise("D1")
    async def test_ends_nobody_elses(self, admin: Person, ada: Person) -> None:
        [theirs] = await sessions_of(admin)

        response = await ada.delete(f"/me/sessions/{theirs}")

        assert response.status_code == 404
        assert response.json()["code"] == "session-not-found"
        assert await admin.status() == 200

    async def test_ends_all_but_this(self, ada: Person) -> None:
        others = [await ada.again(), await ada.again()]

        response = await ada.delete("/me/sessions")

        assert response.json() == {"revoked": 2}
        assert [await other.status() for other in others] == [401, 401]
        assert await ada.status() == 200
        assert (await ada.delete("/me/sessions")).json() == {"revoked": 0}
