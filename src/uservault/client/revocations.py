"""The revocations that matter to tokens which have not expired."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from uservault.client.contact import log
from uservault.client.principal import Principal

MAX_ENTRIES = 1_000_000  # of sessions, and of users; about 100 MB each


class Revocations:
    """`horizon`: how long a revocation matters. `skew`: how far clocks may differ. In seconds.

    A session is revoked by its id, whatever the clocks say. UserVault names all sessions of a
    user whom it revokes, so the user's entry refuses only tokens that are older beyond doubt: a
    new login is never refused. If everybody is revoked, no session is named. Then tokens are
    refused even if they were signed up to `skew` seconds later; their users must refresh them.
    """

    def __init__(self, horizon: float, skew: float, most: int = MAX_ENTRIES) -> None:
        self.horizon = horizon
        self.skew = skew
        self.most = most
        self._sessions: dict[int, float] = {}  # times of revocation, the latest last
        self._users: dict[int, float] = {}
        self._everybody = 0.0

    def __len__(self) -> int:
        return len(self._sessions) + len(self._users)

    def ended(self, principal: Principal) -> bool:
        if principal.session_id in self._sessions:
            return True
        signed_by = principal.issued_at + 1  # `iat` has only whole seconds
        if signed_by <= self._users.get(principal.user_id, 0.0) - self.skew:
            return True
        return principal.issued_at <= self._everybody + self.skew

    def add(self, revocation: Mapping[str, Any]) -> None:
        """Add an entry of the feed. Raises LookupError, TypeError or ValueError for a bad one."""
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
                log.warning("unknown kind of revocation: %.40r", kind)

    def forget(self, now: float) -> None:
        """Delete entries that do not matter any more.

        Above the maximum, delete the oldest ones and refuse all tokens from their time or before.
        """
        for ends in (self._sessions, self._users):
            while ends and _oldest(ends) < now - self.horizon:
                del ends[next(iter(ends))]
            while len(ends) > self.most:
                self._everybody = max(self._everybody, ends.pop(next(iter(ends))))


def _note(ends: dict[int, float], key: int, at: float) -> None:
    ends[key] = max(at, ends.pop(key, at))


def _oldest(ends: Mapping[int, float]) -> float:
    return ends[next(iter(ends))]
