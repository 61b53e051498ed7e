"""What is done around every request, in pure ASGI."""

import logging
import sys
from collections.abc import Sequence
from time import perf_counter
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from uservault.kit.problems import BadRequest, Problem
from uservault.settings.base import Network
from uservault.settings.loading import BadSettings
from uservault.telemetry.origin import Origin, origin_of
from uservault.web.framing import is_ambiguous
from uservault.web.problem_handlers import answer

log = logging.getLogger("uservault.requests")

SECURITY = {
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    b"referrer-policy": b"no-referrer",
    b"cross-origin-resource-policy": b"same-origin",
    b"content-security-policy": b"default-src 'none'; frame-ancestors 'none'",
    b"cache-control": b"no-store",
}


class RequestLog:
    """Names each request, times it, writes one line on it, and answers what nobody else caught.

    It leaves the Origin in the scope, for whoever wants to know.
    """

    def __init__(self, app: ASGIApp, trusted_proxies: Sequence[Network]) -> None:
        self.app = app
        self.trusted = trusted_proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, _in_a_line(send))
            return
        origin = scope["origin"] = origin_of(scope, self.trusted)
        await _Observed(scope, send, origin).through(self.app, receive)


class _Observed:
    """One request on its way."""

    def __init__(self, scope: Scope, send: Send, origin: Origin) -> None:
        self.scope = scope
        self.forward = send
        self.origin = origin
        self.status = 0
        self.began = perf_counter()

    async def through(self, app: ASGIApp, receive: Receive) -> None:
        try:
            if is_ambiguous(self.scope):
                refusal = answer(BadRequest(), self.scope, {"Connection": "close"})
                await refusal(self.scope, receive, self.send)
            else:
                await app(self.scope, receive, self.send)
        except Exception:
            log.exception("unexpected", extra={"request_id": self.origin.request_id})
            if self.status:  # too late for another answer
                raise
            await answer(Problem(), self.scope)(self.scope, receive, self.send)
        finally:
            self._tell()

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            name = (b"x-request-id", str(self.origin.request_id).encode())
            message["headers"] = [*with_security(message["headers"]), name]
        await self.forward(message)

    def _tell(self) -> None:
        if not log.isEnabledFor(logging.INFO):
            return
        principal = self.scope.get("principal")
        facts: dict[str, Any] = {
            "request_id": self.origin.request_id,
            "method": self.scope["method"],
            "route": getattr(self.scope.get("route"), "path_format", None),
            "status": self.status,
            "duration_ms": round((perf_counter() - self.began) * 1000, 1),
            "user_id": principal.user_id if principal else None,
            "client": self.origin.address,
            "problem": self.scope.get("problem"),
        }
        log.info("request", extra=facts)


def _in_a_line(send: Send) -> Send:
    """Says what is wrong with the settings at start, where Starlette would show a stack trace."""

    async def send_in_a_line(message: Message) -> None:
        error = sys.exception()
        if message["type"] == "lifespan.startup.failed" and isinstance(error, BadSettings):
            message = {**message, "message": f"bad settings\n{error}"}
        await send(message)

    return send_in_a_line


def with_security(headers: Sequence[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """What a browser should be told of every answer, unless the answer says otherwise."""
    said = {name.lower() for name, _ in headers}
    return [*headers, *((name, value) for name, value in SECURITY.items() if name not in said)]
