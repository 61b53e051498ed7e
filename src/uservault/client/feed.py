"""Follows `GET /api/revocations`."""

from asyncio import sleep
from collections.abc import Callable
from time import monotonic, time

import httpx

from uservault.client.account import ServiceAccount
from uservault.client.contact import Contact
from uservault.client.revocations import Revocations

FEED = "/api/revocations"
LONGEST_PAUSE = 10.0  # seconds between tries while it cannot be had


class RevocationFeed:
    """Polled over and over; what was missed meanwhile is told the next time."""

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
        self._heard_at: float | None = None

    def age(self) -> float:
        """Seconds since all was known; for ever, if it never was."""
        return float("inf") if self._heard_at is None else self.now() - self._heard_at

    async def follow(self, every: float) -> None:
        """For ever; to be cancelled. Tries less and less often while it fails."""
        pause = every
        while True:
            await sleep(pause)
            pause = every if await self.poll() else min(2 * pause, max(every, LONGEST_PAUSE))

    async def poll(self) -> bool:
        """Whether all is known that had ended when it began."""
        asked_at = self.now()
        try:
            while await self._read_on():
                pass
        except Exception as error:  # noqa: BLE001 - whatever it is, we go on with what we have
            self._contact.failed(error)
            return False
        self._contact.made()
        self._heard_at = asked_at
        self.revocations.forget(time())
        return True

    async def _read_on(self) -> bool:
        """One answer's worth; whether there is more."""
        response = await self._ask()
        if response.status_code == httpx.codes.UNAUTHORIZED:
            self._begin_again()
            response = await self._ask()
        if response.status_code == httpx.codes.NOT_MODIFIED:
            return False
        feed = response.raise_for_status().json()
        for revocation in feed["revocations"]:
            self.revocations.add(revocation)
        before, self._after = self._after, feed["cursor"]
        # Another cursor is another question, whose answer has no tag yet.
        self._etag = response.headers.get("ETag") if before == self._after else None
        return bool(feed["more"]) and before != self._after

    async def _ask(self) -> httpx.Response:
        headers = {"Authorization": f"Bearer {await self.account.token()}"}
        if self._etag:
            headers["If-None-Match"] = self._etag
        params = {"after": self._after} if self._after else {}
        return await self.http.get(FEED, params=params, headers=headers)

    def _begin_again(self) -> None:
        """Our session has ended; perhaps with the whole database, which then has other cursors."""
        self.account.forget()
        self._after = self._etag = None
