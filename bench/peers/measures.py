"""What each service is measured at, round by round, so that noise falls on all of them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from typing import TypeVar

import uvloop

from bench.costs import Asked, Cost
from bench.figures import Figure, Pair, beside
from bench.hashing import AT_ONCE
from bench.load import flood, get
from bench.peers.service import Requests, Service
from bench.processes import Server
from bench.stage import Sizes

T = TypeVar("T")

MANY = 32  # connections
READ = "read oneself"


@dataclass(frozen=True, slots=True)
class Contest:
    services: Sequence[Service]
    reference: Server  # bare FastAPI
    sizes: Sizes

    def rounds(self, deed: Callable[[Service], T]) -> Mapping[str, list[T]]:
        """What came of it in each round, by the service's name."""
        done: dict[str, list[T]] = {each.name: [] for each in self.services}
        for _ in range(self.sizes.rounds):
            for each in self.services:
                done[each.name].append(deed(each))
        return done


def reads(contest: Contest) -> Iterator[Figure]:
    yield from _against(contest, READ, "/users/1", lambda asked: asked.own)
    yield from _against(contest, "read another", "/users/1", lambda asked: asked.others)


def pages(contest: Contest) -> Iterator[Figure]:
    yield from _against(contest, "page of 50, first", "/users", lambda asked: asked.first)
    yield from _against(contest, "page of 50, at 90 %", "/users", lambda asked: asked.late)


def _against(
    contest: Contest, what: str, path: str, chosen: Callable[[Requests], Sequence[bytes]]
) -> Iterator[Figure]:
    """Requests a second, and the CPU that one takes, beside bare FastAPI."""
    bare = Asked.over_and_over(contest.reference, [get(path)])
    asked = {
        each.name: Asked.over_and_over(each.server, chosen(each.requests))
        for each in contest.services
    }
    for each in asked.values():
        each.warm()
    rounds = [_round(asked, bare, contest.sizes.seconds) for _ in range(contest.sizes.rounds)]
    for name in asked:
        costs = [(round[name], reference) for round, reference in rounds]
        yield figure(name, what, "requests/s", [(ours.rate, bare.rate) for ours, bare in costs])
        cpu = [(ours.cpu, bare.cpu) for ours, bare in costs]
        yield figure(name, what, "CPU µs", cpu, inverse=True)


def _round(
    asked: Mapping[str, Asked], bare: Asked, seconds: float
) -> tuple[Mapping[str, Cost], Cost]:
    costs = {name: each.cost(MANY, seconds) for name, each in asked.items()}
    return costs, bare.cost(MANY, seconds)


def logins(contest: Contest) -> Iterator[Figure]:
    """Logins a second, beside what the service's own hash allows on the same CPU."""
    number = contest.sizes.logins

    def both(service: Service) -> Pair:
        some = islice(cycle(service.requests.logins), number)
        served = uvloop.run(flood(service.server.port, some, AT_ONCE)).seconds
        return number / served, number / service.alone(number)

    for name, pairs in contest.rounds(both).items():
        yield figure(name, f"login, {AT_ONCE} at once ÷ its hash alone", "logins/s", pairs)


def figure(
    service: str, what: str, unit: str, pairs: Sequence[Pair], *, inverse: bool = False
) -> Figure:
    labels = {"service": service, "what": what}
    return beside(f"{what}: {service}", unit, pairs, inverse=inverse, labels=labels)
