"""Reading users: one, and pages of them."""

from collections.abc import Iterator, Sequence

import uvloop

from bench.bars import at_least
from bench.costs import Asked, compared
from bench.figures import Figure, beside, interleaved
from bench.load import get
from bench.minting import mint
from bench.processes import uservault
from bench.stage import Stage

MANY = 32  # connections
BARS = {
    "PostgreSQL": {MANY: at_least(0.60, 0.80), 1: at_least(0.22, 0.35)},
    "SQLite": {MANY: at_least(0.50, 0.70), 1: at_least(0.20, 0.35)},
}

LOGGED = {"PostgreSQL": at_least(0.50, 0.70)}


def read(stage: Stage) -> Iterator[Figure]:
    """Each user reads themselves; the last rows are with our log of requests, which is the
    default, and which the reference has not."""
    reference = Asked.over_and_over(stage.reference, [get("/users/1")])
    for name, bars in BARS.items():
        settings = stage.database(name.lower(), stage.sizes.tokens)
        requests = reads(stage, name.lower())
        with uservault(settings) as server:
            ours = Asked.over_and_over(server, requests)
            for connections, bar in bars.items():
                measure = f"read, {name}, connections: {connections}"
                yield from compared(measure, ours, reference, stage.sizes, connections, bar)
        with uservault(settings, USERVAULT_LOG__LEVEL="info") as server:
            measure = f"read, {name}, connections: {MANY}, logged"
            ours = Asked.over_and_over(server, requests)
            yield from compared(measure, ours, reference, stage.sizes, MANY, LOGGED.get(name))


def reads(stage: Stage, kind: str) -> Sequence[bytes]:
    ids = range(1, stage.sizes.tokens + 1)
    minted = uvloop.run(mint(stage.database(kind, stage.sizes.tokens), ids))
    return [
        get(f"/api/users/{id}", each.access_token) for id, each in zip(ids, minted, strict=True)
    ]


def list_(stage: Stage) -> Iterator[Figure]:
    """Pages of 50, the default."""
    sizes = stage.sizes
    settings = stage.database("postgresql", sizes.users)
    [(token, _)] = uvloop.run(mint(settings, [1]))
    with uservault(settings) as server:
        first = Asked.over_and_over(server, [get("/api/users", token)])
        late = Asked.over_and_over(
            server, [get(f"/api/users?cursor={sizes.users * 9 // 10}", token)]
        )
        reference = Asked.over_and_over(stage.reference, [get("/users")])
        late.warm()
        bar = at_least(0.35, 0.45)
        yield from compared("list, first page", first, reference, sizes, MANY, bar)
        pairs = interleaved(
            sizes.rounds,
            lambda: late.cost(MANY, sizes.seconds).rate,
            lambda: first.cost(MANY, sizes.seconds).rate,
        )
        measure = f"list, page at 90 % of {sizes.users:,} ÷ first"
        yield beside(measure, "requests/s", pairs, at_least(0.90, 0.95))
