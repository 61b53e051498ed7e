"""The response headers. The OpenAPI document describes each one once."""

from collections.abc import Mapping
from typing import Annotated, Any

from starlette.types import Scope

from uservault.kit.problems import TooManyRequests, Unauthorized, Unavailable
from uservault.wiring.scope import Given


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
    "Preference-Applied": _header("What was done of `Prefer` (RFC 7240).", "count=exact"),
    "RateLimit": _header(
        "The tries that are left and, if none is, the seconds until there are more. Also sent with"
        " failed logins and with writes (draft-ietf-httpapi-ratelimit-headers-11).",
        '"login";r=0;t=42',
    ),
    "RateLimit-Policy": _header(
        "The limit: so many tries within so many seconds. Sent with RateLimit.",
        '"login";q=10;w=60',
    ),
    "Retry-After": _header("Seconds to wait before you try again.", "1"),
    "WWW-Authenticate": _header("The scheme to use (RFC 6750).", 'Bearer realm="uservault"'),
    "X-Total-Count": _header("How many there are, with `Prefer: count=exact`.", "1234"),
    "X-Request-ID": _header("On every response: its request in the logs.", "Vb0yhcJ4"),
}
ANSWER_HEADERS = "answer_headers"
EVERYWHERE = "X-Request-ID"  # the middleware adds it to every response
OF_STATUS: Mapping[int, tuple[str, ...]] = {
    Unauthorized.status: ("WWW-Authenticate",),
    TooManyRequests.status: ("RateLimit", "RateLimit-Policy", "Retry-After"),
    Unavailable.status: ("Retry-After",),
}
# What a request is to be answered with, whatever the answer is. The middleware adds them.
AnswerHeaders = Annotated[
    dict[str, str], Given(take=lambda scope: scope.facts.setdefault(ANSWER_HEADERS, {}))
]


def sent(scope: Scope, name: bytes) -> list[str]:
    """The values of a request's header, one for each of its lines; `name` in lower case.

    Starlette's Headers would decode the other headers, too.
    """
    return [value.decode("latin-1") for each, value in scope["headers"] if each == name]


def headers(*names: str) -> dict[str, Any]:
    """For a route's `responses=`: describes the headers of one response."""
    return {"headers": {name: {"$ref": f"#/components/headers/{name}"} for name in names}}
