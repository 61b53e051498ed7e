"""Serves the API below a path, such as `/auth` of `https://example.com/auth`.

ASGI names such a path `root_path`. uvicorn has an option for it too, for proxies that take the path
off.
"""

from collections.abc import Iterable
from urllib.parse import quote

from starlette.types import ASGIApp, Receive, Scope, Send

PLAIN = "/%!$&'()*+,;=:@"  # what a path may have unquoted (RFC 3986 §3.3)


class Prefix:
    """ASGI middleware around all others. A proxy may take the prefix off, or leave it.

    `own`: the first segments of the app's own paths. If the prefix begins with one, nothing tells
    the two apart, so the proxy has to take it off.
    """

    def __init__(self, app: ASGIApp, prefix: str, own: Iterable[str]) -> None:
        self.app = app
        self.prefix = prefix
        self.may_be_left = prefix.split("/")[1] not in own

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not scope.get("root_path"):
            scope["root_path"] = self.prefix
            if not (self.may_be_left and scope["path"].startswith(f"{self.prefix}/")):
                scope["path"] = self.prefix + scope["path"]
                scope["raw_path"] = self.prefix.encode() + scope.get("raw_path", b"")
        await self.app(scope, receive, send)


def public_path(scope: Scope, path: str) -> str:
    """The path of ours as clients have to ask for it."""
    root: str = scope.get("root_path", "")
    return quote(root.rstrip("/"), safe=PLAIN) + path if root else path
