"""Whether the time of a refusal tells something."""

from collections.abc import Iterator
from statistics import median
from time import perf_counter

import uvloop

from bench.figures import Bar, Figure, Pair
from bench.filling import username
from bench.hashing import login_request
from bench.load import UnexpectedAnswer, connections
from bench.processes import uservault
from bench.stage import Stage


def timing(stage: Stage) -> Iterator[Figure]:
    """Known users against unknown ones, who are to be refused as slowly."""
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
            answer = await connection.ask(login_request(name, "not the password"))
            if answer.status != 401:
                raise UnexpectedAnswer(str(answer.status))
            return (perf_counter() - began) * 1000

        return [
            (await refused(username(number)), await refused(f"stranger{number}"))
            for number in range(1, tries + 1)
        ]
