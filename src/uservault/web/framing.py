"""What a request must not leave open to two readings, though the HTTP parser lets it through."""

import re
from collections import Counter

from starlette.types import Scope

ONCE = (b"host", b"content-type")
HOST = re.compile(rb"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{0,5})?")


def is_ambiguous(scope: Scope) -> bool:
    """Whether another server, a proxy in front of us say, might read it differently.

    One Host that is one (RFC 9112 §3.2), one Content-Type, no transfer coding but `chunked`, and
    none at all in HTTP/1.0 (§6.1). No line feed in the path: the `$` of a route matches before a
    last one, and then an address has two spellings.
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
