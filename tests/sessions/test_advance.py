import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import select, update

from tests.support.people import Person, register
from uservault.db.unit_of_work import unit_of_work
from uservault.sessions.advance import Move, SessionAdvance
from uservault.sessions.models import Session
from uservault.wiring.ports import Resources

# SQLite has one writer at a time, and no locks on rows.
on_servers = pytest.mark.parametrize("backend", ["postgresql", "mariadb"], indirect=True)


async def session_of(resources: Resources, person: Person) -> Session:
    async with unit_of_work(resources.database) as session:
        found = select(Session).where(Session.user_id == person.id)
        return (await session.scalars(found)).one()


@asynccontextmanager
async def locked(resources: Resources, row: Session) -> AsyncIterator[None]:
    async with unit_of_work(resources.database) as session:
        theirs = update(Session).where(Session.id == row.id, Session.user_id == row.user_id)
        await session.execute(theirs.values(address="10.0.0.1"))
        yield


@pytest.fixture
def advance(resources: Resources) -> SessionAdvance:
    return SessionAdvance(resources)


class TestSessionAdvance:
    async def test_moves_many_at_once(
        self, advance: SessionAdvance, resources: Resources, admin: Person, ada: Person
    ) -> None:
        people = [admin, ada, await register(ada.client, "bea")]
        rows = [await session_of(resources, person) for person in people]

        moved = await asyncio.gather(*(advance(Move(row.user_id, row.id, 0)) for row in rows))

        assert moved == [True, True, True]
        assert [(await session_of(resources, person)).counter for person in people] == [1, 1, 1]

    @pytest.mark.promise("C8")
    async def test_moves_once_from_each_number(
        self, advance: SessionAdvance, resources: Resources, ada: Person
    ) -> None:
        row = await session_of(resources, ada)
        moves = [Move(ada.id, row.id, 0) for _ in range(5)]

        moved = await asyncio.gather(*map(advance, moves))

        assert sorted(moved) == [False] * 4 + [True]
        assert (await session_of(resources, ada)).counter == 1
        assert await advance(Move(ada.id, row.id, 0)) is False
        assert await advance(Move(ada.id, row.id, 1)) is True

    async def test_moves_no_session_that_has_ended_or_is_anothers(
        self, advance: SessionAdvance, resources: Resources, admin: Person, ada: Person
    ) -> None:
        row = await session_of(resources, ada)
        assert await advance(Move(admin.id, row.id, 0)) is False
        assert await advance(Move(ada.id, row.id, 1)) is False
        await ada.post("/logout")

        assert await advance(Move(ada.id, row.id, 0)) is False
        assert (await session_of(resources, ada)).counter == 0

    @on_servers
    async def test_waits_for_no_lock(
        self, advance: SessionAdvance, resources: Resources, admin: Person, ada: Person
    ) -> None:
        busy, free = [await session_of(resources, person) for person in (ada, admin)]

        async with locked(resources, busy), asyncio.timeout(10):
            moves = [Move(row.user_id, row.id, 0) for row in (busy, free)]
            moved = await asyncio.gather(*map(advance, moves))

        assert moved == [False, True]

    @on_servers
    async def test_a_refresh_waits_for_a_session_that_is_being_changed(
        self, resources: Resources, ada: Person
    ) -> None:
        row = await session_of(resources, ada)

        async with locked(resources, row):
            waiting = asyncio.create_task(refreshed(ada))
            done, _ = await asyncio.wait([waiting], timeout=0.3)
            assert not done

        assert await waiting == 200
        assert (await session_of(resources, ada)).counter == 1


async def refreshed(person: Person) -> int:
    answer = await person.client.post("/refresh", json={"refresh_token": person.refresh_token})
    return answer.status_code
