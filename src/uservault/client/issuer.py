"""Whose tokens to take: the `iss` claim that UserVault's metadata names (RFC 8414)."""

from asyncio import Lock
from time import monotonic

import httpx

from uservault.client.contact import Contact
from uservault.client.errors import Unavailable
from uservault.client.keys import RETRY

METADATA = "/.well-known/oauth-authorization-server"
DEFAULT = "uservault"  # without a public URL, and of tokens from before it was set


class Issuer:
    """Asks UserVault for its name when a token has another, unless it was told the name.

    Ask only about tokens whose signature is good: no one else may cause requests.
    """

    def __init__(self, http: httpx.AsyncClient, told: str | None) -> None:
        self.http = http
        self.told = told
        self._names = {told or DEFAULT}
        self._lock = Lock()
        self._asked_at = -RETRY
        self._unknown = False  # whether the last question had no answer
        self._contact = Contact("metadata")

    async def accepts(self, name: str) -> bool:
        """Raises Unavailable if UserVault does not tell its name."""
        if name not in self._names and self.told is None:
            async with self._lock:  # who waited finds the answer
                await self._learn(name)
        return name in self._names

    async def _learn(self, name: str) -> None:
        if name in self._names:
            return
        if monotonic() - self._asked_at < RETRY:
            if self._unknown:
                raise Unavailable
            return
        self._asked_at, self._unknown = monotonic(), True
        try:
            response = (await self.http.get(METADATA)).raise_for_status()
            self._names = {DEFAULT, str(response.json()["issuer"])}
        except Exception as error:  # noqa: BLE001 - whatever the error, we do not know
            self._contact.failed(error)
            raise Unavailable from None
        self._unknown = False
        self._contact.made()
