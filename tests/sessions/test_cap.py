"""However often a user logs in, their sessions stay few, and a login costs the same."""

import asyncio
from datetime import timedelta

import pytest
from httpx import AsyncClient
from sqlalchemy import insert, select

from tests.sessions.devices import sessions_of
from tests.support import databases
from tests.support.fakes import FakeClock
from tests.support.history import history
from tests.support.people import Person
from tests.support.serving import MANY
from uservault.db.unit_of_work import unit_of_work
from uservault.sessions.device import label
from uservault.sessions.models import Session
from uservault.settings.notices import NoticeSettings
from uservault.settings.tree import Settings
from uservault.wiring.ports import Resources

pytestmark = pytest.mark.promise("I10")
FEW = 5
# Tries count as failures until they have succeeded, so many at once look like guessing.
PATIENT = dict.fromkeys(
    ("login_per_account_and_client", "login_per_account", "login_per_client"), MANY
)


@pytest.fixture
def settings(database_url: str, request: pytest.FixtureRequest) -> Settings:
    notices = dict.fromkeys(NoticeSettings.model_fields, True)
    sessions = getattr(request, "param", {})
    return databases.settings_for(
        database_url, log={"file": None}, notices=notices, sessions=sessions, limits=PATIENT
    )


few = pytest.mark.parametrize("settings", [{"max_per_user": FEW}], indirect=True, ids=str)


async def test_are_a_hundred_unless_set(
    admin: Person, ada: Person, clock: FakeClock, resources: Resources
) -> None:
    clock.advance(minutes=1)
    for _ in range(99):
        latest = await ada.again()
    assert await ada.status() == 200

    newest = await ada.again()

    assert await ada.status() == 401
    assert [await latest.status(), await newest.status()] == [200, 200]
    assert len(await sessions_of(newest)) == 100
    revoked = {"sessions": [2], "reason": "too many sessions"}
    told = await history(resources, "type", "subject_id", "data")
    assert told[-2] == ("session.revoked", ada.id, revoked)
    feed = (await admin.get("/revocations")).json()["revocations"]
    assert [each["session_ids"] for each in feed] == [[2]]


@few
async def test_end_with_the_one_that_was_idle_longest(ada: Person, clock: FakeClock) -> None:
    others = [await ada.again() for _ in range(FEW - 1)]
    clock.advance(minutes=1)
    for used in (ada, *others[1:]):
        await used.client.post("/refresh", json={"refresh_token": used.refresh_token})

    await ada.again()

    assert [await each.status() for each in (ada, *others)] == [200, 401, 200, 200, 200]


@few
async def test_of_others_do_not_count(admin: Person, ada: Person) -> None:
    for _ in range(FEW):
        await ada.again()

    assert await admin.status() == 200


@few
async def test_that_have_ended_do_not_count(ada: Person) -> None:
    for _ in range(FEW):
        await (await ada.again()).post("/logout")

    assert await ada.status() == 200


@few
async def test_stay_few_if_many_are_opened_at_once(ada: Person, resources: Resources) -> None:
    await asyncio.gather(*(ada.again() for _ in range(20)))

    unrevoked = select(Session.id).where(Session.user_id == ada.id, Session.revoked_at.is_(None))
    assert len(await resources.database.rows(unrevoked)) == FEW


class TestLongHistory:
    async def test_is_neither_parsed_nor_kept(
        self, ada: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        await remember(ada, 1500, resources)
        anyone.headers["User-Agent"] = "never seen"
        before = label.cache_info().misses

        for _ in range(3):  # ended in batches of 500
            again = await ada.again()

        assert label.cache_info().misses - before <= 1
        assert len(await sessions_of(again)) == 100
        assert label.cache_info().misses - before <= 1


async def remember(person: Person, times: int, resources: Resources) -> None:
    """As if they had logged in with as many user agents, and each was parsed at its login."""
    names = [column.name for column in Session.__table__.columns if column.name != "id"]
    columns = [getattr(Session, name) for name in names]
    first = select(*columns).where(Session.user_id == person.id).limit(1)
    async with unit_of_work(resources.database) as session:
        row = dict((await session.execute(first)).mappings().one())
        old = row["last_seen_at"] - timedelta(hours=1)
        rows = [
            row | {"last_seen_at": old, "user_agent": f"agent {n}", "device": f"agent {n}"}
            for n in range(times)
        ]
        await session.execute(insert(Session), rows)
