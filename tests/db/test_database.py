import asyncio

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from tests.support.fakes import FakeClock
from uservault.db.errors import ConcurrentChange
from uservault.db.unit_of_work import unit_of_work
from uservault.kit.problems import Conflict, Unauthorized
from uservault.passwords.models import Password
from uservault.users.models import User
from uservault.wiring.ports import Resources

COUNT = select(func.count()).select_from(User)


class Remembered(Unauthorized):
    keep_writes = True


def a_user(name: str, clock: FakeClock) -> User:
    now = clock()
    return User(username=name, email=f"{name}@example.com", created_at=now, updated_at=now)


@pytest.mark.parametrize(("problem", "kept"), [(Remembered, 1), (Conflict, 0), (KeyError, 0)])
async def test_a_problem_rolls_back_unless_its_class_says_otherwise(
    resources: Resources, clock: FakeClock, problem: type[Exception], kept: int
) -> None:
    async def fail() -> None:
        async with unit_of_work(resources.database) as session:
            session.add(a_user("ada", clock))
            raise problem

    with pytest.raises(problem):
        await fail()

    assert await resources.database.rows(COUNT) == [(kept,)]


async def test_writers_wait_for_each_other(resources: Resources, clock: FakeClock) -> None:
    async def write(name: str) -> None:
        async with unit_of_work(resources.database) as session:
            await session.scalar(COUNT)
            await asyncio.sleep(0)
            session.add(a_user(name, clock))

    await asyncio.gather(*(write(f"user{n}") for n in range(10)))

    assert await resources.database.rows(COUNT) == [(10,)]


async def test_times_come_back_aware_and_whole(resources: Resources, clock: FakeClock) -> None:
    clock.advance(microseconds=123456)
    async with unit_of_work(resources.database) as session:
        session.add(a_user("ada", clock))

    assert await resources.database.rows(select(User.created_at)) == [(clock(),)]


@pytest.mark.promise("G1")
async def test_errors_hide_what_was_to_be_written(resources: Resources) -> None:
    with pytest.raises(ConcurrentChange) as failure:
        async with unit_of_work(resources.database) as session:
            session.add(Password(user_id=404, hash="secret"))  # of nobody

    cause = failure.value.__cause__
    assert isinstance(cause, IntegrityError)
    assert "secret" not in str(cause).replace(str(cause.orig), "")


async def test_a_read_gives_its_connection_back(resources: Resources) -> None:
    await resources.database.rows(text("select 1"))

    assert resources.database.connections_in_use() == 0
