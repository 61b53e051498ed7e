"""How soon it serves, and how much memory a worker takes."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from itertools import cycle, islice

import uvloop

from bench import processes
from bench.bars import at_most
from bench.figures import Figure, beside, interleaved
from bench.load import flood, get
from bench.processes import Server
from bench.reading import reads
from bench.stage import Stage

WARM = 1_000  # requests, after which a server has loaded what it loads late


def start(stage: Stage) -> Iterator[Figure]:
    settings = stage.database("postgresql", stage.sizes.tokens)
    requests = reads(stage, "PostgreSQL")
    rounds = interleaved(
        stage.sizes.starts,
        lambda: _started(processes.uservault(settings), requests),
        lambda: _started(processes.reference(), [get("/users/1")]),
    )
    seconds = [(ours[0], reference[0]) for ours, reference in rounds]
    memory = [(ours[1], reference[1]) for ours, reference in rounds]
    yield beside("start to first 200", "s", seconds, at_most(2.6, 2.2))
    measure = f"memory of a worker after {WARM:,} reads (PSS)"
    yield beside(measure, "MB", memory, at_most(2.2, 1.9))


def _started(
    starting: AbstractContextManager[Server], requests: Sequence[bytes]
) -> tuple[float, float]:
    with starting as server:
        uvloop.run(flood(server.port, islice(cycle(requests), WARM), 8))
        return server.started, server.memory()
