"""The ASGI middleware around every request."""

import logging
import sys
from collections.abc import Iterator, Sequence
from time import perf_counter
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from uservault.kit.problems import BadRequest, Problem
from uservault.settings.base import ForwardedHeader, Network
from uservault.settings.loading import BadSettings
from uservault.telemetry.origin import Origin, origin_of, why_ignored
from uservault.web.framing import is_ambiguous
from uservault.web.headers import ANSWER_HEADERS
from uservault.web.problem_handlers import answer

log = logging.getLogger("uservault.requests")

# RFC 6797: browsers use https alone from now on. Not for subdomains, which may not be ours.
HSTS = (b"strict-transport-security", b"max-age=31536000")
SECURITY = {
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    b"referrer-policy": b"no-referrer",
    b"cross-origin-resource-policy": b"same-origin",
    b"content-security-policy": b"default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    b"cache-control": b"no-store",
}
PROBES = frozenset({"/", "/healthz", "/readyz"})  # asked every few seconds by every proxy
FAILED = 400
WARNINGS = {
    "USERVAULT_TRUSTED_PROXIES": "ignored X-Forwarded-For or Forwarded from a peer that is not in"
    " USERVAULT_TRUSTED_PROXIES; if it is your proxy, throttles and events take it for the client",
    "USERVAULT_SERVER__FORWARDED_HEADER": "a trusted proxy does not set the header that"
    " USERVAULT_SERVER__FORWARDED_HEADER names; throttles and events take the proxy for the client",
}
ALL_SECURITY = tuple(SECURITY.items())


class RequestLog:
    """Gives each request an id, logs one line on it, and answers uncaught exceptions.

    Leaves the Origin in the scope. `forwarded_header`: what trusted proxies set. `https`: whether
    clients reach us by https alone.
    """

    def __init__(
        self,
        app: ASGIApp,
        trusted_proxies: Sequence[Network],
        forwarded_header: ForwardedHeader = "x-forwarded-for",
        *,
        https: bool = False,
    ) -> None:
        self.app = app
        self.trusted = trusted_proxies
        self.header: ForwardedHeader = forwarded_header
        self.extra = [HSTS] if https else []
        self.warned = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, _with_plain_failure(send))
            return
        origin = scope["origin"] = origin_of(scope, self.trusted, self.header)
        if not self.warned:
            self._warn_of_proxy(scope)
        await _Exchange(scope, send, origin, self.extra).run(self.app, receive)

    def _warn_of_proxy(self, scope: Scope) -> None:
        setting = why_ignored(scope, self.trusted, self.header)
        if setting is None:
            return
        self.warned = True  # once: a stranger can send the header, too
        log.warning(
            WARNINGS[setting], extra={"peer": scope["client"][0] if scope.get("client") else None}
        )


class _Exchange:
    """One request and its response."""

    def __init__(
        self, scope: Scope, send: Send, origin: Origin, extra: Sequence[tuple[bytes, bytes]]
    ) -> None:
        self.scope = scope
        self.forward = send
        self.origin = origin
        self.extra = extra
        self.status = 0
        self.began = perf_counter()

    async def run(self, app: ASGIApp, receive: Receive) -> None:
        try:
            if is_ambiguous(self.scope):
                refusal = answer(BadRequest(), self.scope, {"Connection": "close"})
                await refusal(self.scope, receive, self.send)
            else:
                await app(self.scope, receive, self.send)
        except Exception:
            log.exception("unexpected error", extra={"request_id": self.origin.request_id})
            if self.status:  # the response has begun
                raise
            await answer(Problem(), self.scope)(self.scope, receive, self.send)
        finally:
            self._log()

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            name = (b"x-request-id", str(self.origin.request_id).encode())
            secured = with_security(message["headers"])
            message["headers"] = [*secured, *self.extra, name, *self._wanted()]
        await self.forward(message)

    def _wanted(self) -> Iterator[tuple[bytes, bytes]]:
        for name, value in self.scope.get(ANSWER_HEADERS, {}).items():
            yield name.lower().encode(), value.encode()

    def _log(self) -> None:
        route = getattr(self.scope.get("route"), "path_format", None)
        level = logging.DEBUG if route in PROBES and self.status < FAILED else logging.INFO
        if not log.isEnabledFor(level):
            return
        principal = self.scope.get("principal")
        facts: dict[str, Any] = {
            "request_id": self.origin.request_id,
            "method": self.scope["method"],
            "route": route,
            "status": self.status,
            "duration_ms": round((perf_counter() - self.began) * 1000, 1),
            "user_id": principal.user_id if principal else None,
            "client": self.origin.address,
            "problem": self.scope.get("problem"),
        }
        # `log.log` would look for its caller, which takes as long as all else about the record.
        log.handle(log.makeRecord(log.name, level, __file__, 0, "request", (), None, extra=facts))


def _with_plain_failure(send: Send) -> Send:
    """Report bad settings at start by their message; Starlette would send a stack trace."""

    async def send_plainly(message: Message) -> None:
        error = sys.exception()
        if message["type"] == "lifespan.startup.failed" and isinstance(error, BadSettings):
            message = {**message, "message": f"bad settings\n{error}"}
        await send(message)

    return send_plainly


def with_security(headers: Sequence[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Add the security headers that the response does not set itself."""
    present = {name.lower() for name, _ in headers}
    if present.isdisjoint(SECURITY):
        return [*headers, *ALL_SECURITY]
    return [*headers, *(header for header in ALL_SECURITY if header[0] not in present)]
