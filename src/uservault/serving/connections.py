"""The open connections of a server, so that no client keeps others out (I15)."""

from collections.abc import Iterable, Iterator
from typing import Generic, Protocol, TypeVar

from uservault.kit.problems import Unavailable
from uservault.serving.caps import Caps
from uservault.serving.ranking import Ranking

MAX_REFUSED = 100  # refused connections that are open until the client has read why


class TooManyConnections(Unavailable):
    title = "Too many connections are open."


class Connection(Protocol):
    """`since`: the time of the loop when it was opened or last answered."""

    address: str | None
    network: str | None
    since: float

    @property
    def silent(self) -> bool:
        """No request has come, or none after an answer."""

    @property
    def answering(self) -> bool:
        """A whole request has come, and its answer is under way."""


C = TypeVar("C", bound=Connection)


class OpenConnections(Generic[C]):
    """Counts them in all and by network. Refused ones count apart."""

    def __init__(self, caps: Caps) -> None:
        self._caps = caps
        self._clients: dict[str | None, dict[C, None]] = {}
        self._ranking = Ranking()
        self._proxied: dict[C, None] = {}
        self._refused: dict[C, None] = {}
        self._total = 0

    def enter(self, new: C) -> C | None:
        """Count it. Returns the one to close for it: another one, itself, or none."""
        self._total += 1
        if self._caps.exempts(new.address):
            self._proxied[new] = None
        else:
            self._clients.setdefault(new.network, {})[new] = None
            if self._ranking.count(new.network, 1) > self._caps.per_client:
                return new
        return (self._to_evict(new) or new) if self._total > self._caps.total else None

    def refuse(self, connection: C) -> C | None:
        """Let it stay for its answer. Returns the one refused first, if there are too many."""
        self.leave(connection)
        self._refused[connection] = None
        return next(iter(self._refused)) if len(self._refused) > MAX_REFUSED else None

    def leave(self, connection: C) -> None:
        """Forget it, if that has not happened already."""
        self._refused.pop(connection, None)
        of_client = self._clients.get(connection.network, {})
        if connection in of_client:
            del of_client[connection]
            if not self._ranking.count(connection.network, -1):
                del self._clients[connection.network]
        elif connection in self._proxied:
            del self._proxied[connection]
        else:
            return
        self._total -= 1

    def _to_evict(self, new: C) -> C | None:
        """The longest silent, or else the oldest that has not sent a whole request, of the client
        with the most connections that has one."""
        found = (_longest_idle(each, new) for each in self._from_most(new))
        return next((each for each in found if each), None)

    def _from_most(self, new: C) -> Iterator[Iterable[C]]:
        """By client, until those with fewer than the new one's; the proxies' last, as many use
        each."""
        for network in self._ranking:
            yield self._clients[network]
            if network == new.network:
                break
        yield self._proxied


def _longest_idle(connections: Iterable[C], new: C) -> C | None:
    idle = (each for each in connections if each is not new and not each.answering)
    return min(idle, key=lambda each: (not each.silent, each.since), default=None)
