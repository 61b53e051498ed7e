"""What a request costs a server that is asked as fast as it answers."""

from collections.abc import Iterator, Sequence
from itertools import cycle
from typing import NamedTuple

import uvloop

from bench.bars import Bar
from bench.figures import Figure, beside, interleaved
from bench.load import flood
from bench.processes import Server
from bench.stage import Sizes

WARMING = 8  # connections


class Cost(NamedTuple):
    """Microseconds of the server process's CPU for a request; requests per second."""

    cpu: float
    rate: float


class Asked:
    """A server, and the requests that it is asked over and over."""

    def __init__(self, server: Server, requests: Sequence[bytes]) -> None:
        self.server = server
        self.once = requests
        self.requests = cycle(requests)

    def warm(self) -> None:
        """Asks every request once: what a server keeps, it has then."""
        uvloop.run(flood(self.server.port, iter(self.once), WARMING))

    def cost(self, connections: int, seconds: float) -> Cost:
        before = self.server.cpu()
        done = uvloop.run(flood(self.server.port, self.requests, connections, seconds))
        used = self.server.cpu() - before
        return Cost(used / done.answers * 1e6, done.answers / done.seconds)


def compared(
    measure: str, ours: Asked, reference: Asked, sizes: Sizes, connections: int, bar: Bar | None
) -> Iterator[Figure]:
    """The ratio of what they cost, for which there is a bar, and of how fast they are."""
    ours.warm()
    rounds = interleaved(
        sizes.rounds,
        lambda: ours.cost(connections, sizes.seconds),
        lambda: reference.cost(connections, sizes.seconds),
    )
    cpu = [(ours.cpu, reference.cpu) for ours, reference in rounds]
    rate = [(ours.rate, reference.rate) for ours, reference in rounds]
    yield beside(measure, "CPU µs", cpu, bar, inverse=True)
    yield beside(measure, "requests/s", rate)
