"""Reading users: one, and pages of them."""

from collections.abc import Iterator, Sequence

import uvloop

from bench.bars import Bar, at_least
from bench.costs import Asked, compared
from bench.cursors import page_after
from bench.figures import Figure, beside, interleaved
from bench.load import get
from bench.minting import mint
from bench.processes import Server, uservault
from bench.stage import Stage

MANY = 32  # connections
BARS = {
    "PostgreSQL": {MANY: at_least(0.60, 0.80), 1: at_least(0.22, 0.35)},
    "SQLite": {MANY: at_least(0.50, 0.70), 1: at_least(0.20, 0.35)},
}
LOGGED = {"PostgreSQL": at_least(0.50, 0.70)}


def read(stage: Stage) -> Iterator[Figure]:
    """Each user reads themselves. The reference logs no requests; the last rows do."""
    for name, bars in BARS.items():
        settings, requests = stage.database(name.lower(), stage.sizes.tokens), reads(stage, name)
        with uservault(settings) as server:
            for connections, bar in bars.items():
                measure = f"read, {name}, connections: {connections}"
                yield from _one(stage, measure, server, requests, bar, connections)
        with uservault(settings, logs=True) as server:
            measure = f"read, {name}, connections: {MANY}, logged"
            yield from _one(stage, measure, server, requests, LOGGED.get(name))


def me(stage: Stage) -> Iterator[Figure]:
    """Likewise, by the path that names no user."""
    name = "PostgreSQL"
    requests = [get("/api/me", token) for token in tokens(stage, name)]
    with uservault(stage.database(name.lower(), stage.sizes.tokens)) as server:
        measure = f"me, {name}, connections: {MANY}"
        yield from _one(stage, measure, server, requests, at_least(0.65, 0.85))


def _one(
    stage: Stage,
    measure: str,
    server: Server,
    requests: Sequence[bytes],
    bar: Bar | None,
    connections: int = MANY,
) -> Iterator[Figure]:
    ours = Asked.over_and_over(server, requests)
    reference = Asked.over_and_over(stage.reference, [get("/users/1")])
    yield from compared(measure, ours, reference, stage.sizes, connections, bar)


def reads(stage: Stage, name: str) -> Sequence[bytes]:
    """One of each user, of themselves."""
    numbered = enumerate(tokens(stage, name), start=1)
    return [get(f"/api/users/{id}", token) for id, token in numbered]


def tokens(stage: Stage, name: str) -> Sequence[str]:
    """One of each user, in a new session."""
    settings = stage.database(name.lower(), stage.sizes.tokens)
    minted = uvloop.run(mint(settings, range(1, stage.sizes.tokens + 1)))
    return [each.access_token for each in minted]


def list_(stage: Stage) -> Iterator[Figure]:
    """Pages of 50, the default."""
    sizes = stage.sizes
    settings = stage.database("postgresql", sizes.users)
    [(token, _)] = uvloop.run(mint(settings, [1]))
    with uservault(settings) as server:
        first = Asked.over_and_over(server, [get("/api/users", token)])
        late = Asked.over_and_over(
            server, [get(page_after(settings, sizes.users * 9 // 10), token)]
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
