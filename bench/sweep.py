"""Latencies by how many users there are."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import repeat
from typing import TypeAlias

import uvloop

from bench.cursors import page_after
from bench.figures import Figure, percentile
from bench.filling import username
from bench.load import get, timed
from bench.lookup import find_each, some
from bench.minting import mint
from bench.processes import Server, uservault
from bench.stage import Sizes, Stage
from uservault.passwords.reader import CredentialReader
from uservault.resources import open_resources
from uservault.settings.tree import Settings

Latencies: TypeAlias = Mapping[str, list[float]]  # milliseconds, by what was asked

USERS = (1_000, 10_000, 100_000, 1_000_000)
PERCENTILES = (50, 99)
# Each finds one user, whatever the number of users is.
PREFIX, ADDRESS = f"/api/users?q={username(500)}@", f"/api/users?email={username(500)}@example.com"


def sizes(stage: Stage) -> Iterator[Figure]:
    """The requests come one after the other. A look-up asks only the database, as a login does."""
    for users in swept(stage.sizes.users):
        rounds = _rounds(stage.sizes, stage.database("postgresql", users), users)
        for what in rounds[0]:
            yield from _figures(what, users, [latencies[what] for latencies in rounds])


def swept(users: int) -> list[int]:
    """The numbers of users to measure at, up to how many there may be, which is the last."""
    return [*(smaller for smaller in USERS if smaller < users), users]


def _rounds(sizes: Sizes, settings: Settings, users: int) -> list[Latencies]:
    [(token, _)] = uvloop.run(mint(settings, [1]))
    names = some(username, users, sizes.lookups)
    late = page_after(settings, users * 9 // 10)
    with uservault(settings) as server:

        def latencies() -> Latencies:
            return {
                "first page": _pages(server, "/api/users", token, sizes.pages),
                "page at 90 %": _pages(server, late, token, sizes.pages),
                "search by prefix": _pages(server, PREFIX, token, sizes.pages),
                "search by address": _pages(server, ADDRESS, token, sizes.pages),
                "look-up": uvloop.run(_lookups(settings, names)),
            }

        latencies()  # loads what is loaded late
        return [latencies() for _ in range(sizes.rounds)]


def _pages(server: Server, path: str, token: str, count: int) -> list[float]:
    return uvloop.run(timed(server.port, repeat(get(path, token), count)))


async def _lookups(settings: Settings, names: list[str]) -> list[float]:
    async with open_resources(settings) as resources:
        reader = CredentialReader(resources)
        await find_each(reader, names[:1])  # connects
        return await find_each(reader, names)


def _figures(what: str, users: int, rounds: Sequence[list[float]]) -> Iterator[Figure]:
    for number in PERCENTILES:
        yield Figure(
            measure=f"{what} among {users:,}, p{number}",
            unit="ms",
            ours=[percentile(number, latencies) for latencies in rounds],
            labels={"what": what, "users": users, "percentile": number},
        )
