"""Detects ambiguous requests that the HTTP parser accepts."""

import re
from collections import Counter

from starlette.types import Scope

ONCE = (b"host", b"content-type")
HOST = re.compile(rb"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{0,5})?")


def is_ambiguous(scope: Scope) -> bool:
    """Whether another server, such as a proxy in front of us, might read the request differently.

    Required: one valid Host (RFC 9112 §3.2), at most one Content-Type, no transfer coding except
    `chunked`, and none in HTTP/1.0 (§6.1). The path must not contain a line feed: a route's `$`
    also matches before a final one, which would give a resource two paths.
    """
    if "\n" in scope["path"]:
        return True
    headers = dict(scope["headers"])
    if len(headers) < len(scope["headers"]) and _has_twice(scope, ONCE):
        return True
    old = scope["http_version"] == "1.0"
    host, coding = headers.get(b"host"), headers.get(b"transfer-encoding")
    if not old and host is None:
        return True
    if host is not None and not HOST.fullmatch(host):
        return True
    return coding is not None and (old or coding.strip().lower() != b"chunked")


def _has_twice(scope: Scope, names: tuple[bytes, ...]) -> bool:
    counts = Counter(name for name, _ in scope["headers"])
    return any(counts[name] > 1 for name in names)
