"""Refreshing sessions, each with the token from its last answer."""

import re
from collections import deque
from collections.abc import Iterable, Iterator

import uvloop

from bench.bars import at_least
from bench.costs import Asked, compared
from bench.figures import Figure
from bench.load import UnexpectedAnswer, get, post
from bench.minting import mint
from bench.processes import uservault
from bench.reading import MANY
from bench.stage import Stage

TOKEN = re.compile(rb'"refresh_token": ?"([^"]+)"')


def refresh(stage: Stage) -> Iterator[Figure]:
    """Each answer moves the counter of its session in the database."""
    sizes = stage.sizes
    settings = stage.database("postgresql", sizes.tokens)
    minted = uvloop.run(mint(settings, range(1, sizes.tokens + 1)))
    reference = Asked.over_and_over(stage.reference, [get("/users/1")])
    with uservault(settings) as server:
        chains = Chains(tokens.refresh_token for tokens in minted)
        ours = Asked(server, chains, len(minted), chains.hear)
        measure = f"refresh, PostgreSQL, connections: {MANY}"
        yield from compared(measure, ours, reference, sizes, MANY, at_least(0.20, 0.30))


class Chains(Iterator[bytes]):
    """Requests for sessions in turn. The answer to each must come back by `hear`.

    There must be more sessions than connections: one that is being refreshed is not in turn.
    """

    def __init__(self, tokens: Iterable[str]) -> None:
        self._tokens = deque(tokens)

    def __next__(self) -> bytes:
        return post("/api/refresh", {"refresh_token": self._tokens.popleft()})

    def hear(self, answer: bytes) -> None:
        """Raises UnexpectedAnswer if it has no token."""
        found = TOKEN.search(answer)
        if found is None:
            raise UnexpectedAnswer("no refresh token")
        self._tokens.append(found[1].decode())
