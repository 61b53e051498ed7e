"""What a request costs a server that is asked as fast as it answers."""

from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from typing import NamedTuple, Self

import uvloop

from bench.bars import Bar
from bench.figures import Figure, beside, interleaved
from bench.load import Hear, flood, ignore
from bench.processes import Server
from bench.stage import Sizes

WARMING = 8  # connections
LEAST = 100  # requests, after which a server has loaded what it loads late


class Cost(NamedTuple):
    """Microseconds of the server process's CPU for a request; requests per second."""

    cpu: float
    rate: float


class Asked:
    """A server, and the endless requests that it is asked."""

    def __init__(
        self,
        server: Server,
        requests: Iterator[bytes],
        distinct: int,
        hear: Hear = ignore,
    ) -> None:
        """`distinct`: after so many requests, a server has in its caches what it keeps."""
        self.server = server
        self.requests = requests
        self.distinct = distinct
        self.hear = hear

    @classmethod
    def over_and_over(cls, server: Server, requests: Sequence[bytes]) -> Self:
        return cls(server, cycle(requests), max(len(requests), LEAST))

    def warm(self) -> None:
        once = islice(self.requests, self.distinct)
        uvloop.run(flood(self.server.port, once, WARMING, hear=self.hear))

    def cost(self, connections: int, seconds: float) -> Cost:
        before = self.server.cpu()
        asking = flood(self.server.port, self.requests, connections, seconds, self.hear)
        done = uvloop.run(asking)
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
