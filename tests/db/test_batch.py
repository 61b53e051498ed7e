import asyncio
from collections.abc import Mapping, Sequence
from itertools import count

import pytest
from sqlalchemy import Integer, bindparam, select

from uservault.db.batch import Batcher, by_key
from uservault.roles.models import Role
from uservault.wiring.ports import Resources


class Rows:
    """A query that answers when it is told to, and remembers what it was asked."""

    def __init__(self) -> None:
        self.rows: dict[int, str] = {1: "one", 2: "two", 3: "three"}
        self.asked: list[list[int]] = []
        self.may_answer = asyncio.Semaphore(0)
        self.failure: Exception | None = None

    async def __call__(self, keys: Sequence[int]) -> Mapping[int, str]:
        self.asked.append(list(keys))
        seen = {key: self.rows[key] for key in keys if key in self.rows}
        await self.may_answer.acquire()
        if self.failure:
            raise self.failure
        return seen


def look_up(batcher: Batcher[int, str], *keys: int) -> list[asyncio.Task[str | None]]:
    return [asyncio.create_task(batcher.get(key)) for key in keys]


async def a_moment() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_one_query_answers_all_who_ask_at_once() -> None:
    rows = Rows()
    rows.may_answer.release()

    answers = await asyncio.gather(*look_up(Batcher(rows), 1, 2, 1, 9))

    assert answers == ["one", "two", "one", None]
    assert rows.asked == [[1, 2, 9]]


async def test_a_read_never_joins_a_query_already_sent() -> None:
    rows = Rows()
    batcher = Batcher(rows)
    [early] = look_up(batcher, 1)
    await a_moment()
    rows.rows[1] = "changed"
    [late] = look_up(batcher, 1)
    await a_moment()

    rows.may_answer.release()
    rows.may_answer.release()

    assert (await early, await late) == ("one", "changed")
    assert rows.asked == [[1], [1]]


async def test_who_stops_waiting_harms_nobody_else() -> None:
    rows = Rows()
    first, second, third = look_up(Batcher(rows), 1, 1, 2)
    await a_moment()

    first.cancel()
    await a_moment()
    rows.may_answer.release()

    assert (await second, await third) == ("one", "two")
    assert first.cancelled()


async def test_a_query_that_fails_fails_its_own_batch_only() -> None:
    rows = Rows()
    batcher = Batcher(rows)
    lost, also_lost, left = look_up(batcher, 1, 2, 3)
    await a_moment()
    [later] = look_up(batcher, 1)
    left.cancel()
    rows.failure = ConnectionError()
    rows.may_answer.release()

    for task in (lost, also_lost):
        with pytest.raises(ConnectionError):
            await task
    rows.failure = None
    rows.may_answer.release()

    assert await later == "one"


async def test_works_again_after_it_was_idle() -> None:
    rows = Rows()
    batcher = Batcher(rows)
    rows.may_answer.release()
    rows.may_answer.release()

    assert await batcher.get(1) == "one"
    assert await batcher.get(1) == "one"
    assert rows.asked == [[1], [1]]


async def test_other_parameters_are_asked_for_anew_for_each_query(resources: Resources) -> None:
    numbers = count(1)
    statement = select(Role.id, bindparam("number", type_=Integer)).add_columns(Role.name)
    by_id = by_key(resources.database, statement, number=lambda: next(numbers))

    found = [await by_id.get(1) for _ in range(2)]

    assert [tuple(row) for row in found if row] == [(1, 1, "admin"), (1, 2, "admin")]
