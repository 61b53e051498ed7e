"""What has ended, as far as any token that is still good could tell of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from uservault.client.contact import log
from uservault.client.principal import Principal

MAX_ENTRIES = 1_000_000  # sessions, and users; some 100 MB of each


class Revocations:
    """`lifetime` is that of the longest token: what is older can matter no more.

    `skew` is how far the clocks of UserVault's processes may differ; both in seconds. As a token's
    `iat` has whole seconds only, one that was signed in the second of a revocation, or up to
    `skew` seconds later, is refused with the older ones: its holder refreshes it or logs in again.
    """

    def __init__(self, lifetime: float, skew: float, most: int = MAX_ENTRIES) -> None:
        self.lifetime = lifetime
        self.skew = skew
        self.most = most
        self._sessions: dict[int, float] = {}  # when they ended, the latest last
        self._users: dict[int, float] = {}
        self._everybody = 0.0

    def __len__(self) -> int:
        return len(self._sessions) + len(self._users)

    def ended(self, principal: Principal) -> bool:
        if principal.session_id in self._sessions:
            return True
        at = max(self._users.get(principal.user_id, 0.0), self._everybody)
        return principal.issued_at <= at + self.skew

    def add(self, revocation: Mapping[str, Any]) -> None:
        """One of the feed's. Raises LookupError, TypeError or ValueError if it cannot be read."""
        at = datetime.fromisoformat(revocation["at"]).timestamp()
        match revocation["kind"]:
            case "sessions":
                for session_id in revocation["session_ids"]:
                    _note(self._sessions, session_id, at)
            case "user":
                _note(self._users, revocation["user_id"], at)
            case "everybody":
                self._everybody = max(self._everybody, at)
            case kind:
                log.warning("a kind of revocation that is not known here: %.40r", kind)

    def forget(self, now: float) -> None:
        """What can matter no more; and what is too much, for which all tokens of that time go."""
        for ends in (self._sessions, self._users):
            while ends and _oldest(ends) < now - self.lifetime:
                del ends[next(iter(ends))]
            while len(ends) > self.most:
                self._everybody = max(self._everybody, ends.pop(next(iter(ends))))


def _note(ends: dict[int, float], key: int, at: float) -> None:
    ends[key] = max(at, ends.pop(key, at))


def _oldest(ends: Mapping[int, float]) -> float:
    return ends[next(iter(ends))]
