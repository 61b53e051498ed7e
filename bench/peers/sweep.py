"""Latencies of a page at 90 %, by how many users there are."""

from collections.abc import Iterator
from itertools import repeat

import uvloop

from bench.figures import Figure, percentile
from bench.load import timed
from bench.peers.contestants import contest
from bench.peers.crowd import PERCENTILES
from bench.peers.measures import Contest
from bench.peers.service import Service
from bench.stage import Stage
from bench.sweep import swept

WHAT = "page at 90 %"


def sizes(stage: Stage) -> Iterator[Figure]:
    """The requests come one after the other."""
    for users in swept(stage.sizes.users):
        with contest(stage, users) as started:
            yield from _latencies(started, users)


def _latencies(contest: Contest, users: int) -> Iterator[Figure]:
    def late_pages(service: Service) -> list[float]:
        pages = repeat(service.requests.late[0], contest.sizes.pages)
        return uvloop.run(timed(service.server.port, pages))

    for service in contest.services:
        late_pages(service)  # loads what is loaded late
    for name, rounds in contest.rounds(late_pages).items():
        for number in PERCENTILES:
            yield Figure(
                measure=f"{WHAT} among {users:,}, p{number}: {name}",
                unit="ms",
                ours=[percentile(number, latencies) for latencies in rounds],
                labels={"service": name, "what": WHAT, "users": users, "percentile": number},
            )
