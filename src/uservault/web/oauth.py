"""Errors as OAuth 2.0 has them (RFC 6749 §5.2), beside the members of problem details."""

import re
from typing import Any

from starlette._utils import get_route_path
from starlette.types import Scope

from uservault.kit.problems import Invalid, Problem

MEDIA_TYPE = "application/json"  # RFC 6749 §5.2 wants it, so libraries read no other
ENDPOINTS = ("/api/token", "/api/revoke")  # RFC 7009 §2.2.1 takes the same errors
AS_BAD_REQUEST = (401, 403, 422)  # clients have no credentials, so 401 is never due
NOT_ALLOWED = re.compile(r"[^\x20-\x21\x23-\x5b\x5d-\x7e]")  # in an error_description


def speaks_oauth(scope: Scope) -> bool:
    return "path" in scope and get_route_path(scope) in ENDPOINTS


def oauth_status(problem: Problem | type[Problem]) -> int:
    return 400 if problem.status in AS_BAD_REQUEST else problem.status


def oauth_headers(problem: Problem) -> dict[str, str]:
    return {k: v for k, v in problem.headers().items() if k != "WWW-Authenticate"}


def oauth_members(problem: Problem) -> dict[str, Any]:
    description = NOT_ALLOWED.sub("'", problem.detail or problem.title)
    return {
        "status": oauth_status(problem),
        "error": _error(problem),
        "error_description": description,
    }


def oauth_example(kind: type[Problem]) -> dict[str, Any]:
    return kind.described() | {
        "status": oauth_status(kind),
        "error": kind.oauth_error,
        "error_description": NOT_ALLOWED.sub("'", kind.title),
    }


def _error(problem: Problem) -> str:
    if problem.status == 500:
        return "server_error"
    if isinstance(problem, Invalid):
        pointers = [each["pointer"] for each in problem.extra.get("errors", ())]
        if "/body/grant_type" in pointers:
            return "unsupported_grant_type"
    return problem.oauth_error
