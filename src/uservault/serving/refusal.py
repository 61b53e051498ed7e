"""An answer without the application."""

from collections.abc import Collection

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from uservault.kit.crypto import random_token
from uservault.kit.problems import Problem
from uservault.telemetry.middleware import with_security
from uservault.telemetry.origin import Origin
from uservault.web.cors import Sent, cors_headers
from uservault.web.problem_handlers import answer


def refusal(problem: Problem, sent: Sent, origins: Collection[str]) -> bytes:
    """The whole response, which ends the connection.

    `sent`: the headers of the request as far as they were read; `origins`: whose pages may know.
    """
    more = cors_headers(sent, origins) if origins else {}
    origin = Origin(request_id=random_token())
    response = answer(problem, {"origin": origin}, more)
    headers = [*with_security(response.raw_headers), (b"connection", b"close")]
    headers.append((b"x-request-id", str(origin.request_id).encode()))
    lines = [b"%s: %s\r\n" % header for header in headers]
    return b"".join([STATUS_LINE[problem.status], *lines, b"\r\n", bytes(response.body)])
