"""The time of the database, on hosts whose own clocks are wrong."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Executable

from tests.support.fakes import FakeClock
from tests.support.patience import patience, until
from uservault.db.clock import DatabaseClock, following
from uservault.db.database import AnyRow, Database
from uservault.db.errors import DatabaseUnavailable
from uservault.kit.urls import async_url
from uservault.wiring.ports import system_clock

pytestmark = pytest.mark.promise("I12")
HALF_A_MINUTE = timedelta(seconds=30)
NEARLY = timedelta(seconds=10)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(async_url(database_url))
    yield database
    await database.close()


class TestMeasure:
    @pytest.mark.parametrize("wrong", [HALF_A_MINUTE, -HALF_A_MINUTE], ids=["ahead", "behind"])
    async def test_makes_up_for_a_wrong_clock(self, wrong: timedelta, database: Database) -> None:
        clock = DatabaseClock(database, lambda: system_clock() + wrong)
        assert clock.offset == timedelta(0)

        await clock.measure()

        assert abs(clock.offset + wrong) < NEARLY
        assert abs(clock() - system_clock()) < NEARLY

    async def test_leaves_a_right_clock_alone(self, database: Database) -> None:
        clock = DatabaseClock(database, system_clock)

        for _ in range(3):
            await clock.measure()

        assert clock.offset == timedelta(0)

    async def test_learns_little_from_a_slow_answer(self, database: Database) -> None:
        now = datetime.now(UTC)
        around = iter([now - HALF_A_MINUTE, now + HALF_A_MINUTE])
        clock = DatabaseClock(database, lambda: next(around))

        await clock.measure()

        assert clock.offset == timedelta(0)

    async def test_says_once_that_a_clock_is_wrong(
        self, database: Database, caplog: pytest.LogCaptureFixture
    ) -> None:
        clock = DatabaseClock(database, FakeClock(datetime.now(UTC) + HALF_A_MINUTE))

        for _ in range(3):
            await clock.measure()

        assert caplog.messages == ["offset from the database's clock changed"]


class TestFollowing:
    async def test_begins_without_the_database(self, tmp_path: Path) -> None:
        folder = tmp_path / "missing"
        database = Database(async_url(f"sqlite:///{folder}/app.db"))
        clock = DatabaseClock(database, lambda: system_clock() + HALF_A_MINUTE)
        with pytest.raises(DatabaseUnavailable):
            await clock.measure()

        async with following(clock):
            before = clock.offset
            folder.mkdir()
            await until(lambda: clock.offset != before)

        await database.close()
        assert before == timedelta(0)
        assert abs(clock() - system_clock()) < NEARLY


class Interrupted(Database):
    """Reports a cancelled query as a lost connection, as drivers may."""

    asked = 0

    async def rows(
        self, statement: Executable, parameters: Mapping[str, Any] | None = None
    ) -> Sequence[AnyRow]:
        self.asked += 1
        if self.asked == 1:
            return await super().rows(statement, parameters)
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise DatabaseUnavailable from None
        raise AssertionError("nobody answers")


async def test_following_ends_although_a_query_is_interrupted(database_url: str) -> None:
    database = Interrupted(async_url(database_url))

    async with asyncio.timeout(patience()):
        async with following(DatabaseClock(database, system_clock)):
            await until(lambda: database.asked == 2)
        await database.close()
