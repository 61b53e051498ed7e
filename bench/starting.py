"""How soon it serves, how fast it answers first, and how much memory a worker takes."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import partial
from itertools import cycle, islice
from operator import attrgetter
from statistics import median
from typing import NamedTuple

import uvloop

from bench.bars import Bar, at_most
from bench.figures import Figure, Pair, beside, interleaved
from bench.filling import username
from bench.hashing import login_request
from bench.load import flood, get, timed
from bench.processes import Server, reference, uservault
from bench.reading import reads
from bench.stage import Stage

Starting = Callable[[], AbstractContextManager[Server]]

WARM = 1_000  # requests, after which a server has loaded what it loads late
LATER = 10  # logins after the first


class Started(NamedTuple):
    """Seconds until the first 200, seconds of CPU until then, ms of the first answer after it, MB
    after WARM more."""

    seconds: float
    cpu: float
    first: float
    memory: float


START, FIRST = "start to first 200", "first read"
MEMORY = f"memory of a worker after {WARM:,} reads (PSS)"
# By measure and unit: the seconds are what there is a bar for, their CPU moves less under noise.
MEASURED: Mapping[tuple[str, str], Callable[[Started], float]] = {
    (START, "s"): attrgetter("seconds"),
    (START, "CPU s"): attrgetter("cpu"),
    (FIRST, "ms"): attrgetter("first"),
    (MEMORY, "MB"): attrgetter("memory"),
}
BARS = {
    (START, "s"): at_most(2.6, 2.2),
    (FIRST, "ms"): at_most(20),
    (MEMORY, "MB"): at_most(2.2, 1.9),
}


def start(stage: Stage) -> Iterator[Figure]:
    """Beside the reference alone, and beside what any service with a database must load."""
    settings = stage.database("postgresql", stage.sizes.tokens)
    bare = partial(_start, reference, [get("/users/1")])
    loaded = partial(reference, "bench.reference_with_sqlalchemy:app")
    ours = partial(_start, partial(uservault, settings), reads(stage, "PostgreSQL"))
    starts = interleaved(stage.sizes.starts, ours, bare)
    alone = interleaved(stage.sizes.starts, partial(_start, loaded, [get("/users/1")]), bare)
    yield from _figures("", starts, BARS)
    yield from _figures("FastAPI and SQLAlchemy alone, ", alone, {})
    yield _first_login(stage)


def _start(starting: Starting, requests: Sequence[bytes]) -> Started:
    with starting() as server:
        cpu = server.cpu()
        [first] = uvloop.run(timed(server.port, requests[:1]))
        uvloop.run(flood(server.port, islice(cycle(requests), WARM), 8))
        return Started(server.started, cpu, first, server.memory())


def _figures(
    who: str, starts: Sequence[tuple[Started, Started]], bars: Mapping[tuple[str, str], Bar]
) -> Iterator[Figure]:
    for (measure, unit), values in MEASURED.items():
        pairs = [(values(ours), values(bare)) for ours, bare in starts]
        absolute = measure == FIRST
        yield beside(who + measure, unit, pairs, bars.get((measure, unit)), absolute=absolute)


def _first_login(stage: Stage) -> Figure:
    """Beside the median of the next ones."""
    settings = stage.database("postgresql", stage.sizes.tokens)
    requests = [login_request(username(id)) for id in range(1, LATER + 2)]

    def logins() -> Pair:
        with uservault(settings) as server:
            first, *later = uvloop.run(timed(server.port, requests))
            return first, median(later)

    pairs = [logins() for _ in range(stage.sizes.starts)]
    return beside(f"first login ÷ the next {LATER}", "ms", pairs)
