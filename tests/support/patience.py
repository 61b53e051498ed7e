"""How long to wait for what must happen.

A deadline guards against hanging and says nothing about speed: it is far beyond what anything
takes, and grows with how slow this machine is and how much else it has to do.
"""

import asyncio
import os
from collections.abc import Callable
from functools import cache
from time import perf_counter, sleep

ROUNDS = 200_000
REFERENCE = 0.015  # seconds that the rounds take on the machine on which deadlines were chosen
GENEROSITY = 6  # for what else the machine may have to do, later than now
SLOWEST = 20  # no more than this: what hangs must be given up some day


@cache
def slowness() -> float:
    """How many times longer than on that machine things take, at least 1."""
    began = perf_counter()
    for number in range(ROUNDS):
        number * number
    taken = (perf_counter() - began) / REFERENCE
    waiting = os.getloadavg()[0] / (os.cpu_count() or 1)
    return min(SLOWEST, max(1.0, taken) * max(1.0, waiting))


def patience(seconds: float = 10) -> float:
    """How long to wait for what takes no more than so many seconds on a quiet machine."""
    return seconds * GENEROSITY * slowness()


def wait_until(true: Callable[[], bool], seconds: float = 10) -> bool:
    """Whether it became true in time."""
    deadline = perf_counter() + patience(seconds)
    while not (found := true()) and perf_counter() < deadline:
        sleep(0.02)
    return found


async def until(true: Callable[[], bool], seconds: float = 10) -> None:
    """Returns when it is true. Raises TimeoutError."""
    async with asyncio.timeout(patience(seconds)):
        while not true():  # noqa: ASYNC110 - whoever makes it true has no event to tell by
            await asyncio.sleep(0.01)
