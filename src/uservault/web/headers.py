"""The response headers. The OpenAPI document describes each one once."""

from collections.abc import Mapping
from typing import Any

from uservault.kit.problems import TooManyRequests, Unauthorized, Unavailable


def _header(description: str, example: str) -> dict[str, Any]:
    return {"description": description, "schema": {"type": "string", "examples": [example]}}


HEADERS: Mapping[str, dict[str, Any]] = {
    "Cache-Control": _header("How long you may cache the response.", "public, max-age=60"),
    "Content-Disposition": _header("The file name.", 'attachment; filename="user-1.json"'),
    "ETag": _header("The entity tag of this version, for If-Match or If-None-Match.", '"1"'),
    "Link": _header(
        'The next page, as rel="next" (RFC 8288). Absent on the last page.',
        '</api/users?limit=50&cursor=50>; rel="next"',
    ),
    "Location": _header("The path of the new resource.", "/api/users/1"),
    "Retry-After": _header("Seconds to wait before you try again.", "1"),
    "WWW-Authenticate": _header("The scheme to use (RFC 6750).", 'Bearer realm="uservault"'),
    "X-Request-ID": _header("Identifies this request in the logs.", "Vb0yhcJ4"),
}
EVERYWHERE = "X-Request-ID"  # the middleware adds it to every response
OF_STATUS: Mapping[int, str] = {
    Unauthorized.status: "WWW-Authenticate",
    TooManyRequests.status: "Retry-After",
    Unavailable.status: "Retry-After",
}


def headers(*names: str) -> dict[str, Any]:
    """For a route's `responses=`: describes the headers of one response."""
    return {"headers": {name: {"$ref": f"#/components/headers/{name}"} for name in names}}
