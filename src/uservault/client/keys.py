"""The public keys of a UserVault, as its `/.well-known/jwks.json` has them (RFC 7517)."""

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
FOREIGN = {"jwk", "jku", "x5u", "x5c"}  # headers that name a key of the sender's own
FAMILIES = {"EdDSA": "OKP", "ES256": "EC", "RS256": "RSA"}  # no HS256, whatever the set says
MAX_AGE = re.compile(r"(?:^|[\s,])max-age=([0-9]{1,9})(?:[\s,]|$)")
SHORTEST, USUAL, LONGEST = 1.0, 60.0, 3600.0  # seconds that a set is kept
AGAIN = 5.0  # seconds between tries, after a failure or for a key that nobody knows


class PublicKeys:
    """Fetched when their time is over, and kept for `keep` seconds while they cannot be."""

    def __init__(
        self, http: httpx.AsyncClient, keep: float, now: Callable[[], float] = monotonic
    ) -> None:
        self.http = http
        self.keep = keep
        self.now = now
        self.pause = AGAIN  # until the next fetch is due
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
        """For ever; to be cancelled."""
        while True:
            await sleep(self.pause)
            await self.fetch()

    async def fetch(self) -> None:
        """All who want it at once share one request; who stops waiting harms nobody else."""
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
        """UserVault may just have made it; or somebody invents names, and gets one request every
        few seconds, whatever they send."""
        if self._fetching is None and self._within(AGAIN, self._missed_at):
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
        except Exception as error:  # noqa: BLE001 - whatever it is, we go on with what we have
            self._contact.failed(error)
            self.pause = AGAIN
            return
        self._contact.made()
        self._fetched_at, self.pause = asked_at, _max_age(response)

    def _take(self, response: httpx.Response) -> None:
        self._keys = dict(_usable(response.json()["keys"]))
        self._etag = response.headers.get("ETag")
        if not self._keys:
            log.warning("UserVault publishes no keys (HS256?): every token will be refused")


def _usable(jwks: list[dict[str, Any]]) -> Iterator[tuple[str, Key]]:
    """What is no key of ours, or none that we know how to use, is passed over (RFC 7517 §5)."""
    for jwk in jwks:
        with suppress(Exception):
            algorithm = jwk["alg"]
            if FAMILIES[algorithm] == jwk["kty"] and jwk.get("use", "sig") == "sig":
                public = jwt.get_algorithm_by_name(algorithm).from_jwk(jwk)
                yield jwk["kid"], Key(algorithm, public)


def _max_age(response: httpx.Response) -> float:
    found = MAX_AGE.search(response.headers.get("Cache-Control", ""))
    return min(max(float(found[1]), SHORTEST), LONGEST) if found else USUAL


def _kid(header: str) -> str:
    """The `kid` of a token's header. Raises TokenRefused."""
    try:
        fields = json.loads(urlsafe_b64decode(header + "=" * (-len(header) % 4)))
        if KID.fullmatch(fields["kid"]) and not FOREIGN & fields.keys():
            kid: str = fields["kid"]
            return kid
    except Exception:  # noqa: BLE001 - whatever it is, it is no header of theirs
        raise TokenRefused from None
    raise TokenRefused
