"""The life of a key: it is published, signs, is superseded, still verifies, expires.

Each process derives the state from the times in the table and its own clock. No state is stored
that could be out of date.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Literal, TypeAlias

from uservault.settings.tokens import TokenSettings

State: TypeAlias = Literal["next", "signs", "verifies", "retired", "expired"]


@dataclass(frozen=True, slots=True, repr=False)
class KeyLifecycle:
    """`key`: a row of `signing_keys`. `signs_to`, `verifies_to`: None while no end is known."""

    key: Any
    signs_to: datetime | None
    verifies_to: datetime | None

    def is_published(self, now: datetime) -> bool:
        """Whether its signatures are accepted and its public key is published."""
        return self.verifies_to is None or now < self.verifies_to

    def may_sign(self, now: datetime) -> bool:
        """Whether it signs now or later."""
        return self.signs_to is None or now < self.signs_to

    def state(self, now: datetime) -> State:
        if self.may_sign(now):
            return "signs" if self.key.active_at <= now else "next"
        if self.is_published(now):
            return "verifies"
        return "retired" if self.key.retired_at else "expired"


def grace(tokens: TokenSettings) -> timedelta:
    """How long a key verifies after its last signature: the life of a token, plus the leeway of
    the clocks that sign and verify."""
    return tokens.lifetime + 2 * timedelta(seconds=tokens.leeway)


def lifecycles(keys: Iterable[Any], grace: timedelta) -> list[KeyLifecycle]:
    """In the order in which the keys sign. Each signs until the next one begins."""
    in_order = sorted(keys, key=lambda key: (key.active_at, key.id))
    signers = [key for key in in_order if not _withdrawn(key)]
    ends = {key.id: successor.active_at for key, successor in pairwise(signers)}
    return [_life(key, ends.get(key.id), grace) for key in in_order]


def signing(lifecycles: Iterable[KeyLifecycle], now: datetime) -> KeyLifecycle | None:
    """The key that signs now. If none has begun yet, the next one: this clock may be slow, or the
    key before was retired."""
    return next((life for life in lifecycles if life.may_sign(now)), None)


def _life(key: Any, superseded_at: datetime | None, grace: timedelta) -> KeyLifecycle:
    verifies_to = superseded_at + grace if superseded_at else None
    return KeyLifecycle(
        key, _first(key.retired_at, superseded_at), _first(key.retired_at, verifies_to)
    )


def _withdrawn(key: Any) -> bool:
    """Whether it was retired before it signed: then it supersedes no key."""
    return key.retired_at is not None and key.retired_at <= key.active_at


def _first(*times: datetime | None) -> datetime | None:
    return min((time for time in times if time), default=None)
