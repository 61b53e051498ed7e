"""The signing and verifying keys, cached in this process."""

import json
import re
from asyncio import CancelledError, Task, create_task, shield
from base64 import urlsafe_b64decode
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import jwt
from sqlalchemy import select

from uservault.keys.errors import KeyRaced
from uservault.keys.lifecycle import KeyLifecycle, grace, lifecycles, signing
from uservault.keys.models import SigningKey
from uservault.keys.pairs import private_key, public_key
from uservault.keys.service import KeyService, private_half
from uservault.wiring.ports import Resources
from uservault.wiring.scope import scope

# Upper limits. Both are also limited to a part of the lead time, so that all verifiers know a key
# before it signs.
READ_EVERY = timedelta(seconds=30)
KEPT_ELSEWHERE = timedelta(seconds=60)
LOOK_FOR_UNKNOWN_EVERY = timedelta(seconds=5)

KEYS = select(*SigningKey.__table__.columns)
KID = re.compile(r"[A-Za-z0-9_-]{43}")
FOREIGN = {"jwk", "jku", "x5u", "x5c"}  # headers that bring or link the sender's own key


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Verifier:
    """A key pinned to one algorithm. A token's header cannot choose another algorithm."""

    kid: str | None
    algorithm: str
    key: Any

    @property
    def header(self) -> Mapping[str, str]:
        """The exact header of every token that this key signs."""
        kid = {"kid": self.kid} if self.kid else {}
        return {"alg": self.algorithm, "typ": "JWT"} | kid


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Signer:
    """A private key or secret. HS256 has no `kid`, because its secret is never published."""

    kid: str | None
    algorithm: str
    key: Any

    def sign(self, claims: Mapping[str, Any]) -> str:
        headers = {"kid": self.kid} if self.kid else None
        return jwt.encode(dict(claims), self.key, self.algorithm, headers=headers)


class Keyring:
    """One per process. Reads the keys from the database every `read_every`.

    So a process knows of a rotation or retirement elsewhere within that time. With HS256, the only
    key comes from the settings, and the database is not used.
    """

    def __init__(self, resources: Resources) -> None:
        tokens = resources.settings.tokens
        self.resources = resources
        self.now = resources.clock
        self.grace = grace(tokens)
        self.read_every = min(READ_EVERY, tokens.key_lead / 4)
        self.kept_elsewhere = min(KEPT_ELSEWHERE, tokens.key_lead / 2)
        self._only = _secret(resources) if tokens.algorithm == "HS256" else None
        self._lives: Mapping[str, KeyLifecycle] = {}
        self._verifiers: Mapping[str, Verifier] = {}
        self._signer: Signer | None = None
        self._read_at: datetime | None = None
        self._missed_at: datetime | None = None
        self._reading: Task[None] | None = None

    async def prepare(self) -> None:
        """At start: create the first key, unless another process does, and try to decrypt the keys.

        Raises SigningKeyLost or DatabaseUnavailable.
        """
        if self._only is None:
            await self._make_first()
            for life in self._lives.values():
                if life.may_sign(self.now()):
                    private_half(self.resources.sealer, life.key)

    async def signer(self) -> Signer:
        """The key that signs now. Raises SigningKeyLost or DatabaseUnavailable."""
        if self._only:
            return self._only[0]
        await self._refresh()
        life = self._signing() or await self._make_first()
        return self._opened(life.key)

    async def verifier(self, token: str) -> Verifier | None:
        """The key that the token's header names; None if it is unknown or no longer valid.

        Raises DatabaseUnavailable.
        """
        if self._only:
            return self._only[1]
        if (kid := _kid(token.partition(".")[0])) is None:
            return None
        await self._refresh()
        if kid not in self._lives:
            await self._look_for_unknown()
        life = self._lives.get(kid)
        return self._verifiers[kid] if life and life.is_published(self.now()) else None

    async def published(self) -> Sequence[Any]:
        """The current keys, and the next one. Raises DatabaseUnavailable."""
        if self._only:
            return []
        await self._refresh()
        now = self.now()
        return [life.key for life in self._lives.values() if life.is_published(now)]

    async def _refresh(self) -> None:
        if not self._within(self.read_every, self._read_at):
            await self._read()

    async def _look_for_unknown(self) -> None:
        """Read the keys again: another process may just have created this one.

        At most one query every few seconds, so that invented kids cause no load.
        """
        if self._reading is None and self._within(LOOK_FOR_UNKNOWN_EVERY, self._missed_at):
            return
        self._missed_at = self.now()
        await self._read()

    def _within(self, span: timedelta, since: datetime | None) -> bool:
        # A clock that was set back must not stop us from reading: hence the lower limit.
        return since is not None and timedelta(0) <= self.now() - since < span

    async def _read(self) -> None:
        """Concurrent callers share one query. A cancelled caller does not affect the others."""
        if self._reading is None:
            self._reading = create_task(self._load())
            self._reading.add_done_callback(self._done)
        await shield(self._reading)

    def _done(self, reading: Task[None]) -> None:
        self._reading = None
        with suppress(CancelledError):
            reading.exception()  # waiting callers get it; without any, asyncio would log it

    async def _load(self) -> None:
        at = self.now()
        rows = await self.resources.database.rows(KEYS)
        self._lives = {life.key.kid: life for life in lifecycles(rows, self.grace)}
        self._verifiers = {kid: self._verifier(life.key) for kid, life in self._lives.items()}
        self._read_at = at

    def _verifier(self, key: Any) -> Verifier:
        """The same object after each reading, because callers cache what it verified."""
        known = self._verifiers.get(key.kid)
        return known or Verifier(key.kid, key.algorithm, public_key(key.algorithm, key.public_jwk))

    def _signing(self) -> KeyLifecycle | None:
        return signing(self._lives.values(), self.now())

    def _opened(self, key: Any) -> Signer:
        if self._signer is None or self._signer.kid != key.kid:
            private = private_key(private_half(self.resources.sealer, key))
            self._signer = Signer(key.kid, key.algorithm, private)
        return self._signer

    async def _make_first(self) -> KeyLifecycle:
        with suppress(KeyRaced):  # another process was first
            async with scope(self.resources) as made:
                await made.get(KeyService).prepare()
        await self._load()  # not `_read`: a reading in progress may have begun too early
        return list(self._lives.values())[-1]


def _secret(resources: Resources) -> tuple[Signer, Verifier]:
    key = resources.signing_key
    return Signer(None, "HS256", key), Verifier(None, "HS256", key)


@lru_cache(64)
def _kid(header: str) -> str | None:
    """The `kid` in a token's encoded header. Cached: the header is the same for all its tokens."""
    try:
        fields = json.loads(urlsafe_b64decode(header + "=" * (-len(header) % 4)))
        kid = fields["kid"]
        return kid if KID.fullmatch(kid) and not FOREIGN & fields.keys() else None
    except Exception:  # noqa: BLE001 - whatever the error, it is not our header
        return None
