"""What stands on hashing a password: login and registration, and reads beside them."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from itertools import count, cycle, islice
from statistics import median, quantiles
from time import perf_counter

import uvloop

from bench.figures import Bar, Figure, Pair, interleaved
from bench.filling import PASSWORD, username
from bench.load import UnexpectedAnswer, connections, flood, post, steadily
from bench.processes import SERVED_ON, pinned, uservault
from bench.reading import reads
from bench.stage import Stage
from uservault.passwords.hasher import PooledHasher
from uservault.settings import PasswordSettings

Work = Callable[[PooledHasher], Awaitable[object]]
AT_ONCE = 8
PER_SECOND = 50  # reads


def login(stage: Stage) -> Iterator[Figure]:
    """How close it comes to what the hash alone allows, in a pool like the server's."""
    settings = stage.database("postgresql", stage.sizes.few)
    hash = uvloop.run(_hashed(settings.passwords))

    async def verify(hasher: PooledHasher) -> None:
        await hasher.verify(PASSWORD, hash)

    requests = (_login(username(id)) for id in cycle(range(1, stage.sizes.few + 1)))
    bar = Bar("≥ 0.95", "≥ 0.98")
    yield from _share(stage, "login", requests, verify, bar)


def register(stage: Stage) -> Iterator[Figure]:
    """Likewise."""

    async def hash(hasher: PooledHasher) -> None:
        await hasher.hash(PASSWORD)

    requests = (_registration(f"newcomer{number}") for number in count(1))
    yield from _share(stage, "register", requests, hash, Bar("≥ 0.93", "≥ 0.97"))


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
    yield Figure(f"{deed}, {AT_ONCE} at once ÷ the hash alone", f"{deed}s/s", pairs, bar)


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


def busy(stage: Stage) -> Iterator[Figure]:
    """Reads while logins run, against reads while nothing else does."""
    sizes = stage.sizes
    settings = stage.database("postgresql", sizes.tokens)
    wanted = cycle(reads(stage, "postgresql"))
    with uservault(settings) as server:

        async def idle() -> list[float]:
            return await steadily(server.port, wanted, PER_SECOND, sizes.steady)

        async def beside_logins() -> list[float]:
            names = cycle(range(1, sizes.tokens + 1))
            logins = (_login(username(id)) for id in names)
            crowd = asyncio.create_task(flood(server.port, logins, AT_ONCE, sizes.steady))
            latencies = await idle()
            await crowd
            return latencies

        uvloop.run(idle())
        rounds = interleaved(
            sizes.rounds, lambda: uvloop.run(beside_logins()), lambda: uvloop.run(idle())
        )
    measure = f"read at {PER_SECOND}/s while {AT_ONCE} log in ÷ idle"
    for percentile, bar in {50: Bar("≤ 1.5", "≤ 1.1"), 99: Bar("≤ 6", "≤ 4")}.items():
        pairs = [
            (_percentile(percentile, busy), _percentile(percentile, idle)) for busy, idle in rounds
        ]
        yield Figure(f"{measure}, p{percentile}", "ms", pairs, bar)


def timing(stage: Stage) -> Iterator[Figure]:
    """Whether the time tells a stranger which names are somebody's."""
    # B2
    settings = stage.database("postgresql", stage.sizes.few)
    with uservault(settings) as server:
        pairs = uvloop.run(_timed(server.port, stage.sizes.tries))
    medians = [(median(known for known, _ in pairs), median(unknown for _, unknown in pairs))]
    measure = f"login refused, known ÷ unknown user, median of {stage.sizes.tries}"
    yield Figure(measure, "ms", medians, Bar("0.90-1.10", "0.95-1.05"))


async def _timed(port: int, tries: int) -> list[Pair]:
    async with connections(port, 1) as [connection]:

        async def refused(name: str) -> float:
            began = perf_counter()
            answer = await connection.ask(_login(name, "not the password"))
            if answer.status != 401:
                raise UnexpectedAnswer(str(answer.status))
            return (perf_counter() - began) * 1000

        return [
            (await refused(username(number)), await refused(f"stranger{number}"))
            for number in range(1, tries + 1)
        ]


def _percentile(percentile: int, values: list[float]) -> float:
    return quantiles(values, n=100, method="inclusive")[percentile - 1]


def _login(name: str, password: str = PASSWORD) -> bytes:
    return post("/api/login", {"username": name, "password": password})


def _registration(name: str) -> bytes:
    user = {"username": name, "email": f"{name}@example.com", "password": PASSWORD}
    return post("/api/users", user)
