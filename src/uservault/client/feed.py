"""Follows `GET /api/revocations`."""

from asyncio import sleep
from collections.abc import Callable
from time import monotonic, time

import httpx

from uservault.client.account import ServiceAccount
from uservault.client.contact import Contact
from uservault.client.revocations import Revocations

FEED = "/api/revocations"
LONGEST_PAUSE = 10.0  # seconds between tries while it fails


class RevocationFeed:
    """Polls the feed with a cursor, so that nothing is missed after a failure."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        account: ServiceAccount,
        revocations: Revocations,
        now: Callable[[], float] = monotonic,
    ) -> None:
        self.http = http
        self.account = account
        self.revocations = revocations
        self.now = now
        self._contact = Contact("revocations")
        self._after: str | None = None
        self._etag: str | None = None
        self._complete_at: float | None = None

    def age(self) -> float:
        """Seconds since all revocations were known; infinite if they never were."""
        return float("inf") if self._complete_at is None else self.now() - self._complete_at

    async def follow(self, every: float) -> None:
        """Poll until cancelled. The pause between tries doubles while they fail."""
        pause = every
        while True:
            await sleep(pause)
            pause = every if await self.poll() else min(2 * pause, max(every, LONGEST_PAUSE))

    async def poll(self) -> bool:
        """Whether all revocations up to the call are known now."""
        asked_at = self.now()
        try:
            while await self._read_next():
                pass
        except Exception as error:  # noqa: BLE001 - whatever the error, keep what is known
            self._contact.failed(error)
            return False
        self._contact.made()
        self._complete_at = asked_at
        self.revocations.forget(time())
        return True

    async def _read_next(self) -> bool:
        """Read one answer. Return whether there is more."""
        response = await self._ask()
        if response.status_code == httpx.codes.UNAUTHORIZED:
            self._start_over()
            response = await self._ask()
        if response.status_code == httpx.codes.NOT_MODIFIED:
            return False
        feed = response.raise_for_status().json()
        for revocation in feed["revocations"]:
            self.revocations.add(revocation)
        before, self._after = self._after, feed["cursor"]
        # The ETag belongs to the URL, which has the cursor in it.
        self._etag = response.headers.get("ETag") if before == self._after else None
        return bool(feed["more"]) and before != self._after

    async def _ask(self) -> httpx.Response:
        headers = {"Authorization": f"Bearer {await self.account.token()}"}
        if self._etag:
            headers["If-None-Match"] = self._etag
        params = {"after": self._after} if self._after else {}
        return await self.http.get(FEED, params=params, headers=headers)

    def _start_over(self) -> None:
        """After the end of our session. Cursors are wrong if the database was replaced."""
        self.account.forget()
        self._after = self._etag = None
