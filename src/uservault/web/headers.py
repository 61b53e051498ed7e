"""The headers of our answers, each described once in the published document."""

from collections.abc import Mapping
from typing import Any

from uservault.kit.problems import TooManyRequests, Unauthorized, Unavailable


def _described(what: str, example: str) -> dict[str, Any]:
    return {"description": what, "schema": {"type": "string", "examples": [example]}}


HEADERS: Mapping[str, dict[str, Any]] = {
    "Cache-Control": _described("How long you may keep the answer.", "public, max-age=60"),
    "Content-Disposition": _described(
        "The name of the file.", 'attachment; filename="user-1.json"'
    ),
    "ETag": _described("The entity tag of this version, for If-Match or If-None-Match.", '"1"'),
    "Link": _described(
        'The next page, as rel="next" (RFC 8288). Absent on the last page.',
        '</api/users?limit=50&cursor=50>; rel="next"',
    ),
    "Location": _described("Where the new resource is.", "/api/users/1"),
    "Retry-After": _described("Seconds until another try makes sense.", "1"),
    "WWW-Authenticate": _described("The scheme to use (RFC 6750).", 'Bearer realm="uservault"'),
    "X-Request-ID": _described("Identifies this request in the logs.", "Vb0yhcJ4"),
}
EVERYWHERE = "X-Request-ID"  # no route names it: the middleware adds it
OF_STATUS: Mapping[int, str] = {
    Unauthorized.status: "WWW-Authenticate",
    TooManyRequests.status: "Retry-After",
    Unavailable.status: "Retry-After",
}


def headers(*names: str) -> dict[str, Any]:
    """What a route says in `responses=` of an answer that has these headers."""
    return {"headers": {name: {"$ref": f"#/components/headers/{name}"} for name in names}}
