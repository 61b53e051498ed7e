"""Reads at a steady pace while logins run, of services that may fall behind."""

import asyncio
from collections.abc import Iterable, Iterator
from itertools import cycle
from time import perf_counter
from typing import TypeAlias

import uvloop

from bench.crowd import PER_SECOND
from bench.figures import Figure, Pair, percentile
from bench.hashing import AT_ONCE
from bench.load import LANES, Connection, connections, flood
from bench.peers.measures import Contest, figure
from bench.peers.service import Service

PERCENTILES = (50, 99)
Latencies: TypeAlias = list[float]  # milliseconds


def busy(contest: Contest) -> Iterator[Figure]:
    """Reads while logins run, against reads while nothing else does."""
    seconds = contest.sizes.steady

    def both(service: Service) -> tuple[Latencies, Latencies]:
        crowded = uvloop.run(_latencies(service, seconds, AT_ONCE))
        return crowded, uvloop.run(_latencies(service, seconds, 0))

    for service, rounds in contest.rounds(both).items():
        for number in PERCENTILES:
            what = f"read at {PER_SECOND}/s while {AT_ONCE} log in ÷ idle, p{number}"
            yield figure(service, what, "ms", [_pair(number, *each) for each in rounds])


def _pair(number: int, crowded: Latencies, idle: Latencies) -> Pair:
    return percentile(number, crowded), percentile(number, idle)


async def _latencies(service: Service, seconds: float, logins: int) -> Latencies:
    """Of reads at a steady pace, while so many log in again and again."""
    port, reads = service.server.port, cycle(service.requests.own)
    async with connections(port, LANES) as lanes:
        for lane in lanes:
            # gunicorn keeps a thread for a new connection until its first request.
            await lane.succeed(next(reads))
        crowd = asyncio.create_task(flood(port, cycle(service.requests.logins), logins, seconds))
        latencies = await _steadily(lanes, reads, seconds)
        await crowd
        return latencies


async def _steadily(
    lanes: Iterable[Connection], reads: Iterator[bytes], seconds: float
) -> Latencies:
    """Counted from when a read was due. It waits for a lane while the service answers on none."""
    free: asyncio.Queue[Connection] = asyncio.Queue()
    for lane in lanes:
        free.put_nowait(lane)
    began = perf_counter()

    async def ask(number: int) -> float:
        due = began + number / PER_SECOND
        await asyncio.sleep(due - perf_counter())
        lane = await free.get()
        await lane.succeed(next(reads))
        free.put_nowait(lane)
        return (perf_counter() - due) * 1000

    return await asyncio.gather(*(ask(n) for n in range(int(PER_SECOND * seconds))))
