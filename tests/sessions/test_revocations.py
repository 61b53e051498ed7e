from typing import Any

import pytest
from httpx import AsyncClient

from tests.support.fakes import FakeClock
from tests.support.people import Person
from uservault.events.log import EventLog
from uservault.sessions.events import SessionRevoked
from uservault.sessions.revocations import PAGE_SIZE
from uservault.wiring.ports import Resources
from uservault.wiring.scope import Scope, scope


async def poll(admin: Person, after: str | None = None) -> tuple[list[dict[str, Any]], str]:
    response = await admin.get("/revocations", params={"after": after} if after else {})
    assert response.status_code == 200
    assert response.json()["more"] is False
    return response.json()["revocations"], response.json()["cursor"]


def kinds(revocations: list[dict[str, Any]]) -> list[Any]:
    return [(each["kind"], each["session_ids"] or each["user_id"]) for each in revocations]


async def test_tells_all_that_ends_tokens(admin: Person, ada: Person) -> None:
    there = await ada.again()
    await there.post("/logout")
    await admin.delete(f"/users/{ada.id}/sessions")
    await admin.post(f"/users/{ada.id}/deactivate", json={"reason": "Spam."})
    await admin.delete(f"/users/{ada.id}")

    told, _ = await poll(admin)

    assert kinds(told) == [("sessions", [3]), ("sessions", [2]), ("user", 2), ("user", 2)]
    assert told[0]["at"] == "2026-01-01T00:00:00Z"


async def test_tells_that_everybodys_ended(admin: Person) -> None:
    await admin.post("/sessions/revoke", json={"everybody": True})

    told, _ = await poll(await admin.again())

    assert kinds(told) == [("everybody", None)]


async def test_tells_what_is_new_and_for_a_while_what_was(
    admin: Person, ada: Person, clock: FakeClock
) -> None:
    await (await ada.again()).post("/logout")
    _, cursor = await poll(admin)
    assert len((await poll(admin, cursor))[0]) == 1  # a slower commit may still come before it
    clock.advance(seconds=45)
    _, cursor = await poll(admin, cursor)
    assert (await poll(admin, cursor))[0] == []
    await ada.post("/logout")

    told, _ = await poll(admin, cursor)

    assert kinds(told) == [("sessions", [2])]


@pytest.mark.promise("I12")
async def test_begins_as_far_back_as_any_token_lives(
    admin: Person, ada: Person, clock: FakeClock
) -> None:
    await ada.post("/logout")
    clock.advance(hours=24, minutes=1)
    admin = await admin.again()
    assert len((await poll(admin))[0]) == 1

    clock.advance(minutes=1)

    assert await poll(await admin.again()) == ([], "0.0")


async def test_tells_much_in_parts(admin: Person, ada: Person, clock: FakeClock) -> None:
    await ada.post("/logout")
    for _ in range(500):
        await admin.post(f"/users/{ada.id}/deactivate", json={"reason": "Spam."})

    first = (await admin.get("/revocations")).json()
    second = (await admin.get("/revocations", params={"after": first["cursor"]})).json()

    assert (len(first["revocations"]), first["more"]) == (500, True)
    assert (len(second["revocations"]), second["more"]) == (1, False)


async def read_on(admin: Person, after: str) -> tuple[list[int], str]:
    """The ids of all sessions that a reader is told of, in as many answers as it takes."""
    told, more = [], True
    while more:
        feed = (await admin.get("/revocations", params={"after": after})).json()
        told += [id for each in feed["revocations"] for id in each["session_ids"]]
        after, more = feed["cursor"], feed["more"]
    return told, after


@pytest.mark.promise("I17")
class TestSkipsNothing:
    async def test_when_a_commit_comes_after_a_full_page(
        self, admin: Person, resources: Resources, backend: str
    ) -> None:
        if backend == "sqlite":
            pytest.skip("lets in one writer at a time")
        _, cursor = await read_on(admin, "0.0")
        async with scope(resources) as slow:
            await record(slow, 1)  # has its time and its id, and is not committed
            for session in range(2, PAGE_SIZE + 52):
                async with scope(resources) as quick:
                    await record(quick, session)
            early, cursor = await read_on(admin, cursor)

        late, _ = await read_on(admin, cursor)

        assert early == list(range(2, PAGE_SIZE + 52))
        assert 1 in late

    async def test_when_ids_are_not_in_the_order_of_time(
        self, admin: Person, resources: Resources, clock: FakeClock
    ) -> None:
        cursor, told = "0.0", []
        for session in range(1, 13):  # as two nodes would, each with a range of its own
            clock.advance(seconds=50)
            async with scope(resources) as made:
                await record(made, session, id=10_000 - session if session % 2 else 100 + session)
            some, cursor = await read_on(admin, cursor)
            told += some

        assert set(told) == set(range(1, 13))

    async def test_when_much_ends_at_the_same_moment(
        self, admin: Person, resources: Resources
    ) -> None:
        async with scope(resources) as made:
            for session in range(1, 2 * PAGE_SIZE + 2):
                await record(made, session)

        told, cursor = await read_on(admin, "0.0")
        again, same = await read_on(admin, cursor)

        assert told == again == list(range(1, 2 * PAGE_SIZE + 2))
        assert cursor == same  # nothing is settled yet


async def record(made: Scope, session: int, id: int | None = None) -> None:
    made.get(EventLog).record(SessionRevoked(subject_id=1, sessions=[session], reason="test"))
    (event,) = made.session.new
    if id is not None:
        event.id = id
    await made.session.flush()


async def test_says_if_nothing_is_new(admin: Person, ada: Person) -> None:
    first = await admin.get("/revocations")
    tag = {"If-None-Match": first.headers["ETag"]}

    unchanged = await admin.get("/revocations", headers=tag)
    await ada.post("/logout")
    changed = await admin.get("/revocations", headers=tag)

    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert changed.status_code == 200


@pytest.mark.parametrize(
    "after", ["", "x", "-1", "01", "4711", "9" * 19, "1_0", "١", "1.2-", "1.2-3", "01.2", "1.-2"]
)
async def test_knows_its_own_cursors_only(admin: Person, after: str) -> None:
    assert (await admin.get("/revocations", params={"after": after})).status_code == 422


async def test_is_not_for_everybody(ada: Person, anyone: AsyncClient) -> None:
    assert (await ada.get("/revocations")).status_code == 403
    assert (await anyone.get("/revocations")).status_code == 401
