"""Verifies access tokens without a request to UserVault for each."""

from asyncio import Task, create_task, gather
from time import time
from types import TracebackType
from typing import Any, Self

import httpx

from uservault.client.account import ServiceAccount
from uservault.client.claims import Rules
from uservault.client.contact import log
from uservault.client.errors import TokenRefused, Unavailable
from uservault.client.feed import RevocationFeed
from uservault.client.issuer import Issuer
from uservault.client.keys import PublicKeys
from uservault.client.principal import Principal
from uservault.client.revocations import Revocations

MAX_BYTES = 8192  # of a token; UserVault's have about 500
TIMEOUT = 5.0  # seconds for a request to UserVault
DAY = 86400.0  # the longest life that UserVault gives any token


class Verifier:
    """Use it as `async with Verifier("https://users.example.com", audience="orders") as verifier`.

    `audience` is the name of your service, for which users exchange their access tokens. Tokens
    for other services are refused. With `audience="uservault"`, it takes the tokens of sessions:
    whoever gets one of those can do at UserVault whatever the user can.

    `issuer` is the `iss` claim of its tokens. By default, the verifier takes what UserVault's
    metadata says.

    `username` and `password` belong to an account with the permission `sessions:read`. Without
    them, a token is valid until it expires, even if its session was revoked. With them, the
    verifier polls the feed of revocations every `poll` seconds. If that fails for `max_stale`
    seconds, it logs a warning and raises Unavailable for all tokens; with `fail_closed=False`, it
    uses the revocations that it knows. While UserVault is unavailable, its keys are used for
    `keep_keys` seconds.

    `lifetime` is the longest life of a token (USERVAULT_TOKENS__LIFETIME, or more). `leeway` is
    how far our clock may differ from UserVault's; `skew` is how far the clocks of its processes
    may differ. All times are in seconds.
    """

    def __init__(
        self,
        url: str,
        *,
        audience: str,
        issuer: str | None = None,
        username: str = "",
        password: str = "",
        poll: float = 2,
        max_stale: float = 30,
        fail_closed: bool | None = None,
        keep_keys: float = 3600,
        lifetime: float = DAY,
        leeway: float = 30,
        skew: float = 30,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        if fail_closed and not username:
            raise ValueError("fail_closed needs an account to read revocations")
        self.rules = Rules(audience=audience, lifetime=lifetime, leeway=leeway)
        self.poll = poll
        self.max_stale = max_stale
        self.fail_closed = fail_closed is not False
        self._http = httpx.AsyncClient(base_url=url, timeout=TIMEOUT, transport=transport)
        self._issuer = Issuer(self._http, issuer)
        self._keys = PublicKeys(self._http, keep_keys)
        self.revocations = Revocations(DAY + leeway + skew, skew)
        self.feed = self._make_feed(username, password) if username else None
        self._stale = False
        self._tasks: list[Task[Any]] = []

    async def __aenter__(self) -> Self:
        """Fetch keys and revocations once. If that fails, start without them."""
        await gather(self._keys.fetch(), *([self.feed.poll()] if self.feed else []))
        self._tasks.append(create_task(self._keys.stay_fresh()))
        if self.feed:
            self._tasks.append(create_task(self.feed.follow(self.poll)))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for task in self._tasks:
            task.cancel()
        await gather(*self._tasks, return_exceptions=True)
        await self._keys.close()
        await self._http.aclose()

    async def verify(self, token: str) -> Principal:
        """The principal of the token. Raises only TokenRefused or Unavailable."""
        if len(token) > MAX_BYTES:
            raise TokenRefused
        key = await self._keys.of(token)
        principal = self.rules.read(token, key, time())
        if not await self._issuer.accepts(principal.claims["iss"]):
            raise TokenRefused
        if self.revocations.ended(principal):
            raise TokenRefused
        self._check_stale()
        return principal

    def _check_stale(self) -> None:
        stale = self.feed is not None and self.feed.age() > self.max_stale
        if stale and not self._stale:
            log.warning(
                "no revocations for more than %g s: tokens are %s",
                self.max_stale,
                "refused" if self.fail_closed else "valid until they expire",
            )
        self._stale = stale
        if stale and self.fail_closed:
            raise Unavailable

    def _make_feed(self, username: str, password: str) -> RevocationFeed:
        account = ServiceAccount(self._http, username, password)
        return RevocationFeed(self._http, account, self.revocations)
