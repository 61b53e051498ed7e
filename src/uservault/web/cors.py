"""Lets pages of other origins call the API from a browser (CORS, in the Fetch standard).

Tokens are sent in a header, which a page must set itself. So credentials, which are what a browser
sends by itself, are never allowed.
"""

from collections.abc import Collection, Mapping, Sequence

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from uservault.web.headers import ANSWER_HEADERS

EXPOSED = (
    "Content-Disposition, ETag, Idempotent-Replayed, Link, Location, RateLimit, RateLimit-Policy,"
    " Retry-After, WWW-Authenticate, X-Request-ID"
)
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST, PUT, PATCH, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key, If-Match,"
    " If-None-Match, X-Request-ID",
    "Access-Control-Max-Age": "600",
}
Sent = Sequence[tuple[bytes, bytes]]


class Cors:
    """ASGI middleware around all others: their errors have to be readable, too."""

    def __init__(self, app: ASGIApp, origins: Collection[str]) -> None:
        self.app = app
        self.origins = frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            more = PREFLIGHT if _is_preflight(scope) else {}
            scope[ANSWER_HEADERS] = cors_headers(scope["headers"], self.origins, more)
        await self.app(scope, receive, send)


class Preflights:
    """ASGI middleware below the request log. Answers for every path, so that a page sees a 404."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = Response(status_code=204) if _is_preflight(scope) else self.app
        await answer(scope, receive, send)


def cors_headers(
    sent: Sent, origins: Collection[str], more: Mapping[str, str] | None = None
) -> dict[str, str]:
    """What to add to the answer. `more`: further headers, for a known origin alone."""
    vary = {"Vary": "Origin"}  # always: a cache may store the answer for another origin
    match [value.decode("latin-1") for name, value in sent if name == b"origin"]:
        case [origin] if origin in origins:
            allowed = {"Access-Control-Allow-Origin": origin}
            return {**vary, **allowed, "Access-Control-Expose-Headers": EXPOSED, **(more or {})}
    return vary


def _is_preflight(scope: Scope) -> bool:
    if scope["type"] != "http" or scope["method"] != "OPTIONS":
        return False
    names = {name for name, _ in scope["headers"]}
    return names >= {b"origin", b"access-control-request-method"}
