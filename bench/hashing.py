"""What stands on hashing a password: login and registration."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from itertools import count, cycle, islice
from time import perf_counter

import uvloop

from bench.bars import Bar, at_least
from bench.figures import Figure, beside, interleaved
from bench.filling import PASSWORD, username
from bench.load import flood, post
from bench.processes import SERVED_ON, pinned, uservault
from bench.stage import Stage
from uservault.passwords.hasher import PooledHasher
from uservault.settings.passwords import PasswordSettings

Work = Callable[[PooledHasher], Awaitable[object]]
AT_ONCE = 8


def login(stage: Stage) -> Iterator[Figure]:
    """How close it comes to what the hash alone allows, in a pool like the server's."""
    settings = stage.database("postgresql", stage.sizes.few)
    hash = uvloop.run(_hashed(settings.passwords))

    async def verify(hasher: PooledHasher) -> None:
        await hasher.verify(PASSWORD, hash)

    requests = (login_request(username(id)) for id in cycle(range(1, stage.sizes.few + 1)))
    bar = at_least(0.96, 0.98)
    yield from _share(stage, "login", requests, verify, bar)


def register(stage: Stage) -> Iterator[Figure]:
    """Likewise."""

    async def hash(hasher: PooledHasher) -> None:
        await hasher.hash(PASSWORD)

    requests = (registration_request(f"newcomer{number}") for number in count(1))
    yield from _share(stage, "register", requests, hash, at_least(0.93, 0.97))


def _share(
    stage: Stage, deed: str, requests: Iterator[bytes], work: Work, bar: Bar
) -> Iterator[Figure]:
    settings, number = stage.database("postgresql", stage.sizes.few), stage.sizes.logins
    with uservault(settings) as server:

        def served() -> float:
            some = islice(requests, number)
            return number / uvloop.run(flood(server.port, some, AT_ONCE)).seconds

        def alone() -> float:
            with pinned(SERVED_ON):
                return number / uvloop.run(_alone(settings.passwords, work, number))

        pairs = interleaved(stage.sizes.rounds, served, alone)
    yield beside(f"{deed}, {AT_ONCE} at once ÷ the hash alone", f"{deed}s/s", pairs, bar)


async def _alone(settings: PasswordSettings, work: Work, number: int) -> float:
    """Seconds that so much of it takes in a pool like the server's."""
    hasher = PooledHasher(settings)
    try:
        began = perf_counter()
        await asyncio.gather(*(work(hasher) for _ in range(number)))
        return perf_counter() - began
    finally:
        hasher.close()


async def _hashed(settings: PasswordSettings) -> str:
    hasher = PooledHasher(settings)
    try:
        return await hasher.hash(PASSWORD)
    finally:
        hasher.close()


def login_request(name: str, password: str = PASSWORD) -> bytes:
    return post("/api/login", {"username": name, "password": password})


def registration_request(name: str) -> bytes:
    user = {"username": name, "email": f"{name}@example.com", "password": PASSWORD}
    return post("/api/users", user)
