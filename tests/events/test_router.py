from typing import Any

import pytest
from httpx import AsyncClient, Response

from tests.audit.test_erasure import happened
from tests.events.record import record
from tests.support.fakes import FakeClock
from tests.support.history import SAME
from tests.support.people import PASSWORD, Person, appoint
from uservault.wiring.ports import Resources

FAR = "9" * 19


async def the_story(admin: Person, ada: Person, clock: FakeClock) -> None:
    """A minute between the deeds. The first events are registrations and logins of both."""
    clock.advance(minutes=1)
    await ada.put(f"/users/{ada.id}", json={"username": "lovelace"})
    clock.advance(minutes=1)
    await admin.put(f"/users/{ada.id}", json={"email": "a@example.com"})
    clock.advance(minutes=1)
    await ada.client.post("/login", json={"username": "lovelace", "password": "wrong"})


def told(response: Response) -> list[tuple[Any, ...]]:
    assert response.status_code == 200
    return [(each["type"], each["data"]) for each in response.json()]


def types(response: Response) -> list[str]:
    return [type for type, _ in told(response)]


class TestListEvents:
    async def test_tells_what_happened_the_newest_first(
        self, admin: Person, ada: Person, clock: FakeClock
    ) -> None:
        await the_story(admin, ada, clock)

        response = await admin.get("/events", params={"limit": 3})

        assert told(response) == [
            ("login.failed", {"reason": "credentials"}),
            ("user.updated", {"changed": ["email"]} | SAME),
            ("user.updated", {"changed": ["username"]} | SAME),
        ]
        event = response.json()[1]
        assert event["at"] == "2026-01-01T00:02:00Z"
        assert (event["actor_id"], event["subject_id"], event["session_id"]) == (1, 2, 1)
        assert (event["address"], event["user_agent"][:7]) == ("127.0.0.1", "python-")
        assert len(event["request_id"]) == 43

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("type=user.updated", ["user.updated"] * 2),
            ("type=login.&subject=2", ["login.failed", "login.succeeded"]),
            ("type=login.&limit=2", ["login.failed", "login.succeeded"]),
            ("type=nothing.", []),
            ("type=nothing.at_all", []),
            ("actor=1", ["user.updated"]),
            ("actor=2&subject=2", ["user.updated"]),
            ("actor=2&subject=1", []),
            ("subject=2&since=2026-01-01T00:02:00Z", ["login.failed", "user.updated"]),
            ("since=2026-01-01T02:01:00%2B02:00&until=2026-01-01T00:02:00Z", ["user.updated"]),
            ("until=2026-01-01T00:00:00Z", []),
            ("actor=1&type=user.&since=2026-01-01T00:03:00Z", []),
        ],
    )
    async def test_finds_by_any_filters_together(
        self, admin: Person, ada: Person, clock: FakeClock, query: str, found: list[str]
    ) -> None:
        await the_story(admin, ada, clock)

        assert types(await admin.get(f"/events?{query}")) == found

    @pytest.mark.parametrize("query", ["", "&type=login.", "&subject=7", "&type=login.failed"])
    async def test_goes_on_where_the_last_page_ended(
        self, admin: Person, resources: Resources, clock: FakeClock, query: str
    ) -> None:
        for _ in range(3):
            clock.advance(microseconds=1)
            await record(resources, 7, 7)

        pages = [await admin.get(f"/events?limit=1{query}")]
        while "next" in pages[-1].links and len(pages) < 6:
            pages.append(await admin.get(pages[-1].links["next"]["url"].removeprefix("/api")))

        assert [event["id"] for page in pages for event in page.json()] == [9, 8, 7, 6, 5, 4]

    @pytest.mark.promise("E6")
    @pytest.mark.parametrize(
        "query",
        [
            "actor=0",
            "actor=x",
            f"subject={FAR}",
            "type=Login",
            "type=login",
            "type=%",
            "type=login.%25",
            "since=yesterday",
            "since=2026-01-01T00:00:00",
            "until=9999-12-31T23:59:59-12:00",
            "cursor=1",
            "cursor=1.0",
            "cursor=1.1'",
            f"cursor={FAR}.1",
            "limit=0",
            "limit=201",
            "address=192.0.2.7",
        ],
    )
    async def test_refuses_what_it_does_not_understand(self, admin: Person, query: str) -> None:
        assert (await admin.get(f"/events?{query}")).status_code == 422

    @pytest.mark.parametrize("cursor", ["0.1", f"{'9' * 17}.{'9' * 18}"])
    async def test_understands_every_cursor_of_its_form(self, admin: Person, cursor: str) -> None:
        assert (await admin.get(f"/events?cursor={cursor}")).status_code == 200

    @pytest.mark.promise("D5")
    async def test_is_for_who_may_read_the_record(
        self, admin: Person, ada: Person, anyone: AsyncClient
    ) -> None:
        auditor = await appoint(admin, "auditor", "audit:read")

        assert (await auditor.get("/events")).status_code == 200
        assert (await ada.get("/events")).json()["missing"] == ["audit:read"]
        assert (await anyone.get("/events")).status_code == 401

    async def test_still_tells_of_who_is_gone(self, admin: Person, ada: Person) -> None:
        await admin.delete(f"/users/{ada.id}")

        told = types(await admin.get(f"/events?subject={ada.id}"))
        assert told[:3] == ["user.purged", "session.revoked", "user.deleted"]


class TestListMyEvents:
    async def test_tells_what_one_did_and_what_happened_to_one(
        self, admin: Person, ada: Person, clock: FakeClock
    ) -> None:
        await the_story(admin, ada, clock)

        mine = await ada.get("/me/events")

        assert types(mine) == [
            "login.failed",
            "user.updated",
            "user.updated",
            "login.succeeded",
            "user.created",
        ]
        assert [each["by_other"] for each in mine.json()] == [False, True, False, False, False]
        assert {each["subject_id"] for each in mine.json()} == {ada.id}

    @pytest.mark.promise("D8")
    async def test_hides_what_tells_of_others(
        self, admin: Person, ada: Person, clock: FakeClock
    ) -> None:
        await the_story(admin, ada, clock)

        failed, by_admin, by_me, *_ = (await ada.get("/me/events")).json()

        hidden = ("session_id", "address", "user_agent", "request_id")
        assert [by_admin[name] for name in hidden] == [None] * 4
        assert "actor_id" not in by_admin
        assert None not in [by_me[name] for name in hidden]
        assert failed["address"] == "127.0.0.1"  # whoever tried it

    async def test_tells_what_is_personal_to_its_subject_alone(
        self, admin: Person, ada: Person, resources: Resources
    ) -> None:
        await happened(resources)

        theirs = await ada.get("/me/events?type=test.moved")
        the_admins = await admin.get("/me/events?type=test.moved")
        every = await admin.get("/events?type=test.moved")

        moved = {"street": "High Street", "distance": 7}
        assert [data for _, data in told(theirs)] == [moved, moved]
        assert [data for _, data in told(the_admins)] == [{"distance": 7}]
        assert [data for _, data in told(every)] == [moved, moved]

    async def test_takes_the_same_filters_and_goes_on(
        self, admin: Person, ada: Person, clock: FakeClock
    ) -> None:
        await the_story(admin, ada, clock)
        path = "/me/events?type=user.&limit=1&since=2026-01-01T00:01:00Z"

        pages = [await ada.get(path)]
        while "next" in pages[-1].links:
            pages.append(await ada.get(pages[-1].links["next"]["url"].removeprefix("/api")))

        assert [told(page) for page in pages] == [
            [("user.updated", {"changed": ["email"]} | SAME)],
            [("user.updated", {"changed": ["username"]} | SAME)],
        ]

    @pytest.mark.promise("D2")
    async def test_cannot_be_asked_for_others(self, admin: Person, ada: Person) -> None:
        assert (await ada.get("/me/events?subject=1")).status_code == 422
        assert (await ada.client.get("/me/events")).status_code == 401


class TestRecord:
    @pytest.mark.promise("B3", "G3")
    async def test_has_a_throttled_login_once_in_a_window(
        self, admin: Person, ada: Person, clock: FakeClock
    ) -> None:
        for name in ("ada", "nobody"):
            for _ in range(20):
                await ada.client.post("/login", json={"username": name, "password": "wrong"})

        throttled = (await admin.get("/events?type=login.throttled")).json()
        clock.advance(minutes=1)
        for _ in range(11):
            await ada.client.post("/login", json={"username": "ada", "password": "wrong"})
        later = (await admin.get("/events?type=login.throttled")).json()

        assert [each["subject_id"] for each in throttled] == [None, ada.id]
        assert [each["subject_id"] for each in later] == [ada.id, None, ada.id]
        assert later[0]["address"] == "127.0.0.1"

    async def test_has_throttled_guesses_at_ones_own_password(
        self, admin: Person, ada: Person
    ) -> None:
        change = {"current_password": "wrong", "new_password": f"{PASSWORD}!"}
        for _ in range(15):
            await ada.put("/me/password", json=change)

        found = types(await admin.get("/events?type=password."))

        assert found == ["password.change_throttled"] + ["password.change_refused"] * 10

    @pytest.mark.promise("B7")
    async def test_has_throttled_registrations(self, admin: Person) -> None:
        wrong = {"username": "root", "email": "root@example.com", "password": PASSWORD}
        statuses = [(await admin.client.post("/users", json=wrong)).status_code for _ in range(602)]

        assert statuses[-3:] == [409, 429, 429]
        assert types(await admin.get("/events?type=registration.")) == ["registration.throttled"]
