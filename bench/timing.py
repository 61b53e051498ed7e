"""Whether the time of a refusal tells something, also while costs or formats of hashes differ."""

from collections.abc import Iterator, Mapping
from statistics import median
from time import perf_counter
from typing import Any

import uvloop

from bench.bars import Bar, Range
from bench.figures import Figure, Pair, beside
from bench.filling import fill, username
from bench.filling import settings as filled
from bench.hashing import login_request
from bench.load import UnexpectedAnswer, connections
from bench.processes import uservault
from bench.stage import Stage
from tests.support import databases
from uservault.settings.passwords import PasswordSettings
from uservault.settings.tree import Settings

# How the stored hashes were made, and how the server makes them now (I13).
CHANGES: Mapping[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "cost raised": ({"rounds": 10}, {"rounds": 12}),
    "cost lowered": ({"rounds": 12}, {"rounds": 10}),
    "bcrypt to argon2id": ({"rounds": 12}, {"rounds": 12, "scheme": "argon2id"}),
    "argon2id to bcrypt": ({"rounds": 12, "scheme": "argon2id"}, {"rounds": 12}),
}


def timing(stage: Stage) -> Iterator[Figure]:
    """Known users against unknown ones, who are to be refused as slowly."""
    # B2
    settings = stage.database("postgresql", stage.sizes.few)
    yield _figure("login refused", settings, stage.sizes.tries)
    for change, (before, now) in CHANGES.items():
        url = f"sqlite:///{stage.folder}/{change.replace(' ', '_')}.db"
        databases.migrate(url)
        uvloop.run(fill(_with(filled(url, 12), before), stage.sizes.tries))
        yield _figure(f"the same, {change}", _with(filled(url, 12), now), stage.sizes.tries)


def _with(settings: Settings, passwords: dict[str, Any]) -> Settings:
    return settings.model_copy(update={"passwords": PasswordSettings(**passwords)})


def _figure(deed: str, settings: Settings, tries: int) -> Figure:
    with uservault(settings) as server:
        pairs = uvloop.run(_timed(server.port, tries))
    medians = [(median(known for known, _ in pairs), median(unknown for _, unknown in pairs))]
    measure = f"{deed}, known ÷ unknown user, median of {tries}"
    return beside(measure, "ms", medians, Bar(Range(0.90, 1.10), Range(0.95, 1.05)))


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
