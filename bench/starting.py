"""How soon it serves, and how much memory a worker takes."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from itertools import cycle, islice

import uvloop

from bench import processes
from bench.figures import Bar, Figure, interleaved
from bench.load import flood, get
from bench.processes import Server
from bench.reading import reads
from bench.stage import Stage

WARM = 1_000  # requests, after which a server has loaded what it loads late


def start(stage: Stage) -> Iterator[Figure]:
    settings = stage.database("postgresql", stage.sizes.tokens)
    requests = reads(stage, "postgresql")
    rounds = interleaved(
        stage.sizes.starts,
        lambda: _started(processes.uservault(settings), requests),
        lambda: _started(processes.reference(), [get("/users/1")]),
    )
    seconds = [(ours[0], reference[0]) for ours, reference in rounds]
    memory = [(ours[1], reference[1]) for ours, reference in rounds]
    yield Figure("start to first 200", "s", seconds, Bar("≤ 1.8", "≤ 1.5"))
    yield Figure(
        f"memory of a worker after {WARM:,} reads (PSS)", "MB", memory, Bar("≤ 1.5", "≤ 1.3")
    )


def _started(
    starting: AbstractContextManager[Server], requests: Sequence[bytes]
) -> tuple[float, float]:
    with starting as server:
        uvloop.run(flood(server.port, islice(cycle(requests), WARM), 8))
        return server.started, server.memory()
