"""One of the services that are compared, and what it is asked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.processes import Server
from bench.stage import Stage

PER_PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Requests:
    """`own`: users read themselves. `others`: one user reads others. `first`, `late`: a page of
    50, at the beginning and at 90 % of the users."""

    own: Sequence[bytes]
    others: Sequence[bytes]
    first: Sequence[bytes]
    late: Sequence[bytes]
    logins: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Service:
    """`alone` gives the seconds that so many verifications of a password take on the servers' CPU,
    with nothing around them."""

    name: str
    server: Server
    requests: Requests
    alone: Callable[[int], float]


def asking(stage: Stage, users: int) -> range:
    """Ids of the users who have a token."""
    return range(1, min(stage.sizes.tokens, users) + 1)


def late_page(users: int) -> int:
    """The number of the page at 90 %, counted from 1."""
    return users * 9 // 10 // PER_PAGE + 1
