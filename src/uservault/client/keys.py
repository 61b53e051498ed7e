"""UserVault's public keys from `/.well-known/jwks.json` (RFC 7517)."""

import json
import re
from asyncio import Task, create_task, shield, sleep
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from time import monotonic
from typing import Any

import httpx
import jwt

from uservault.client.claims import Key
from uservault.client.contact import Contact, log
from uservault.client.errors import TokenRefused, Unavailable

JWKS = "/.well-known/jwks.json"
KID = re.compile(r"[A-Za-z0-9_-]{1,128}")
FOREIGN = {"jwk", "jku", "x5u", "x5c"}  # headers that bring or link the sender's own key
FAMILIES = {"EdDSA": "OKP", "ES256": "EC", "RS256": "RSA"}  # never HS256
MAX_AGE = re.compile(r"(?:^|[\s,])max-age=([0-9]{1,9})(?:[\s,]|$)")
MIN_AGE, DEFAULT_AGE, LIMIT_AGE = 1.0, 60.0, 3600.0  # seconds until the keys are fetched again
RETRY = 5.0  # seconds between fetches after a failure or for an unknown key


class PublicKeys:
    """Fetches the keys when they expire. If that fails, uses them for `keep` seconds more."""

    def __init__(
        self, http: httpx.AsyncClient, keep: float, now: Callable[[], float] = monotonic
    ) -> None:
        self.http = http
        self.keep = keep
        self.now = now
        self.pause = RETRY  # seconds until the next fetch
        self._contact = Contact("keys")
        self._keys: Mapping[str, Key] = {}
        self._etag: str | None = None
        self._fetched_at: float | None = None
        self._missed_at: float | None = None
        self._fetching: Task[None] | None = None

    async def of(self, token: str) -> Key:
        """The key that the token's header names. Raises TokenRefused or Unavailable."""
        kid = _kid(token.partition(".")[0])
        if kid not in self._keys:
            await self._look_for_unknown()
        if not self._within(self.keep, self._fetched_at):
            raise Unavailable
        if key := self._keys.get(kid):
            return key
        raise TokenRefused

    async def stay_fresh(self) -> None:
        """Fetch the keys again and again, until cancelled."""
        while True:
            await sleep(self.pause)
            await self.fetch()

    async def fetch(self) -> None:
        """Concurrent callers share one request. A cancelled caller does not affect the others."""
        if self._fetching is None:
            self._fetching = create_task(self._fetch())
            self._fetching.add_done_callback(self._done)
        await shield(self._fetching)

    async def close(self) -> None:
        if self._fetching:
            self._fetching.cancel()

    def _done(self, _: Task[None]) -> None:
        self._fetching = None

    async def _look_for_unknown(self) -> None:
        """Fetch the keys again: UserVault may just have created this one.

        At most one request every few seconds, so that invented kids cause no load.
        """
        if self._fetching is None and self._within(RETRY, self._missed_at):
            return
        self._missed_at = self.now()
        await self.fetch()

    def _within(self, span: float, since: float | None) -> bool:
        return since is not None and self.now() - since < span

    async def _fetch(self) -> None:
        asked_at = self.now()
        try:
            headers = {"If-None-Match": self._etag} if self._etag else {}
            response = await self.http.get(JWKS, headers=headers)
            if response.status_code != httpx.codes.NOT_MODIFIED:
                self._take(response.raise_for_status())
        except Exception as error:  # noqa: BLE001 - whatever the error, keep the keys
            self._contact.failed(error)
            self.pause = RETRY
            return
        self._contact.made()
        self._fetched_at, self.pause = asked_at, _max_age(response)

    def _take(self, response: httpx.Response) -> None:
        self._keys = dict(_usable(response.json()["keys"]))
        self._etag = response.headers.get("ETag")
        if not self._keys:
            log.warning("UserVault publishes no keys (HS256?): every token will be refused")


def _usable(jwks: list[dict[str, Any]]) -> Iterator[tuple[str, Key]]:
    """Skips keys of unknown kinds or for other uses (RFC 7517 §5)."""
    for jwk in jwks:
        with suppress(Exception):
            algorithm = jwk["alg"]
            if FAMILIES[algorithm] == jwk["kty"] and jwk.get("use", "sig") == "sig":
                public = jwt.get_algorithm_by_name(algorithm).from_jwk(jwk)
                yield jwk["kid"], Key(algorithm, public)


def _max_age(response: httpx.Response) -> float:
    found = MAX_AGE.search(response.headers.get("Cache-Control", ""))
    return min(max(float(found[1]), MIN_AGE), LIMIT_AGE) if found else DEFAULT_AGE


def _kid(header: str) -> str:
    """The `kid` of a token's header. Raises TokenRefused."""
    try:
        fields = json.loads(urlsafe_b64decode(header + "=" * (-len(header) % 4)))
        if KID.fullmatch(fields["kid"]) and not FOREIGN & fields.keys():
            kid: str = fields["kid"]
            return kid
    except Exception:  # noqa: BLE001 - whatever the error, it is not UserVault's header
        raise TokenRefused from None
    raise TokenRefused
