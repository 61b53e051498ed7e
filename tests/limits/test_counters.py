import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from tests.support import servers
from tests.support.patience import patience, slowness
from uservault.limits.counters import StoredCounters

WINDOW = round(2 * slowness())  # seconds


@pytest.fixture(params=["memory", "redis"])
async def counters(request: pytest.FixtureRequest) -> AsyncIterator[StoredCounters]:
    memory = request.param == "memory"
    stored = StoredCounters("memory://" if memory else request.getfixturevalue("redis_url"))
    yield stored
    await stored.close()


@pytest.fixture
def key(request: pytest.FixtureRequest) -> str:
    return f"{request.node.nodeid}{time.time_ns()}"


class TestStoredCounters:
    async def test_count(self, counters: StoredCounters, key: str) -> None:
        assert [await counters.add(key, 1, 60) for _ in range(3)] == [1, 2, 3]
        assert await counters.add(key, -1, 60) == 2
        assert await counters.add(key + "x", 1, 60) == 1

    @pytest.mark.promise("B6")
    async def test_count_every_one_of_many_at_once(
        self, counters: StoredCounters, key: str
    ) -> None:
        counts = await asyncio.gather(*(counters.add(key, 1, 60) for _ in range(50)))

        assert sorted(counts) == list(range(1, 51))

    @pytest.mark.promise("B4")
    async def test_begin_anew_when_the_window_ends(
        self, counters: StoredCounters, key: str
    ) -> None:
        await counters.add(key, 1, WINDOW)
        first = await counters.ends_in(key)
        await asyncio.sleep(WINDOW / 4)

        assert await counters.add(key, 1, WINDOW) == 2
        assert 0 < await counters.ends_in(key) <= first  # a window does not move
        await asyncio.sleep(WINDOW)
        assert await counters.add(key, 1, WINDOW) == 1

    async def test_tell_the_count_without_counting(
        self, counters: StoredCounters, key: str
    ) -> None:
        assert await counters.count(key) == 0
        await counters.add(key, 3, 60)

        assert [await counters.count(key) for _ in range(2)] == [3, 3]

    async def test_forget(self, counters: StoredCounters, key: str) -> None:
        await counters.add(key, 5, 60)

        await counters.clear(key)

        assert await counters.ends_in(key) == 0
        assert await counters.add(key, 1, 60) == 1


async def test_a_counter_that_has_ended_gives_nothing_back(redis_url: str, key: str) -> None:
    counters = StoredCounters(redis_url)

    taken_back = await counters.add(key, -1, 60)

    assert (taken_back, await counters.add(key, 1, 60)) == (0, 1)
    await counters.close()


@pytest.mark.promise("B3")
async def test_processes_share_their_counters(redis_url: str, key: str) -> None:
    one, other = StoredCounters(redis_url), StoredCounters(redis_url)

    await one.add(key, 1, 60)

    assert await other.add(key, 1, 60) == 2
    await one.close()
    await other.close()


@pytest.mark.usefixtures("redis_url")
async def test_a_process_counts_for_itself_while_redis_is_down(key: str) -> None:
    with servers.redis() as url:
        counters = StoredCounters(url)
        assert await counters.add(key, 1, 600) == 1
    began = time.monotonic()

    counts = [await counters.add(key, 1, 600) for _ in range(3)]
    left = await counters.ends_in(key)
    counted = await counters.count(key)
    await counters.clear(key)

    assert (counts, counted) == ([1, 2, 3], 3)
    assert 0 < left <= 600
    assert await counters.add(key, 1, 600) == 1
    assert time.monotonic() - began < patience(1)  # no client waits for it
    with servers.redis(int(url.rpartition(":")[2])):
        assert [await counters.add(key, 1, 600) for _ in range(3)] == [1, 2, 3]  # and back again
        assert await counters.ends_in(key) > 0
    await counters.close()
