"""Reads while passwords are hashed."""

import asyncio
from collections.abc import Iterator
from itertools import cycle

import uvloop

from bench.bars import at_most
from bench.figures import Figure, beside, interleaved, percentile
from bench.filling import username
from bench.hashing import AT_ONCE, login_request
from bench.load import flood, steadily
from bench.processes import uservault
from bench.reading import reads
from bench.stage import Stage

PER_SECOND = 50  # reads


def busy(stage: Stage) -> Iterator[Figure]:
    """Reads while logins run, against reads while nothing else does."""
    sizes = stage.sizes
    settings = stage.database("postgresql", sizes.tokens)
    wanted = cycle(reads(stage, "PostgreSQL"))
    with uservault(settings) as server:

        async def idle() -> list[float]:
            return await steadily(server.port, wanted, PER_SECOND, sizes.steady)

        async def beside_logins() -> list[float]:
            names = cycle(range(1, sizes.tokens + 1))
            logins = (login_request(username(id)) for id in names)
            crowd = asyncio.create_task(flood(server.port, logins, AT_ONCE, sizes.steady))
            latencies = await idle()
            await crowd
            return latencies

        uvloop.run(idle())
        rounds = interleaved(
            sizes.rounds, lambda: uvloop.run(beside_logins()), lambda: uvloop.run(idle())
        )
    measure = f"read at {PER_SECOND}/s while {AT_ONCE} log in ÷ idle"
    for number, bar in {50: at_most(1.5, 1.1), 99: at_most(6, 4)}.items():
        pairs = [(percentile(number, busy), percentile(number, idle)) for busy, idle in rounds]
        yield beside(f"{measure}, p{number}", "ms", pairs, bar)
