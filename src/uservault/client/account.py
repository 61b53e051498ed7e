"""The account with which a service logs in to UserVault to read revocations."""

from collections.abc import Callable, Mapping
from time import monotonic
from typing import Any

import httpx

RENEW_AT = 0.8  # of an access token's life


class ServiceAccount:
    """Logs in as a user whose only permission should be `sessions:read`."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        username: str,
        password: str,
        now: Callable[[], float] = monotonic,
    ) -> None:
        self.http = http
        self.now = now
        self._credentials = {"username": username, "password": password}
        self._access = ""
        self._refresh: str | None = None
        self._renew_at = 0.0

    async def token(self) -> str:
        """A valid access token. Raises httpx.HTTPError, or any error for a malformed answer."""
        if not self._access or self.now() >= self._renew_at:
            await self._renew()
        return self._access

    def forget(self) -> None:
        """Call it when the session seems to have ended. The next token is from a new session."""
        self._access, self._refresh = "", None

    async def _renew(self) -> None:
        if self._refresh:
            response = await self._post("/api/refresh", {"refresh_token": self._refresh})
            if response.status_code != httpx.codes.UNAUTHORIZED:
                return self._take(response)
            self.forget()
        self._take(await self._post("/api/login", self._credentials))
        return None

    async def _post(self, path: str, body: Mapping[str, str]) -> httpx.Response:
        return await self.http.post(path, json=body)

    def _take(self, response: httpx.Response) -> None:
        tokens: Mapping[str, Any] = response.raise_for_status().json()
        self._access, self._refresh = tokens["access_token"], tokens["refresh_token"]
        self._renew_at = self.now() + RENEW_AT * tokens["expires_in"]
