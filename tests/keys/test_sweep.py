from datetime import timedelta

from tests.keys.replicas import Replica
from tests.support.fakes import FakeClock
from uservault.keys.sweep import KeySweep


async def test_removes_the_private_half_of_a_key_that_is_gone(
    first: Replica, clock: FakeClock
) -> None:
    sweep = KeySweep(first.resources)
    await first.rotate()
    assert await sweep.run_once() == 0

    clock.advance(seconds=timedelta(days=2).total_seconds())

    assert await sweep.run_once() == 1
    old, new = await first.table()
    assert (old.private_sealed, bool(new.private_sealed)) == (None, True)
    assert await sweep.run_once() == 0
