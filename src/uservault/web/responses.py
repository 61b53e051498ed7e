"""The error responses. The OpenAPI document describes each one once."""

from collections.abc import Collection, Iterable
from http import HTTPStatus
from typing import Any

from uservault.kit.problems import MEDIA_TYPE, Problem
from uservault.web.headers import EVERYWHERE, OF_STATUS, headers
from uservault.web.oauth import MEDIA_TYPE as OAUTH_MEDIA_TYPE
from uservault.web.oauth import oauth_example, oauth_status

SCHEMA = {"$ref": "#/components/schemas/ProblemDetails"}


class SharedResponses:
    """Collects `components/responses`: one for each combination of problems with one status; and
    `components/examples`: one for each problem."""

    def __init__(self) -> None:
        self.components: dict[str, Any] = {}
        self.examples: dict[str, Any] = {}

    def refer(self, kinds: Iterable[type[Problem]]) -> dict[str, str]:
        """A reference to the response for `kinds`, which all have the same status."""
        ordered = sorted(set(kinds), key=lambda kind: kind.code())
        name = "Or".join(kind.__name__ for kind in ordered)
        self.components.setdefault(name, _response(ordered))
        self.examples |= {kind.code(): {"value": kind.described()} for kind in ordered}
        return {"$ref": f"#/components/responses/{name}"}

    def refer_oauth(self, kinds: Iterable[type[Problem]]) -> dict[str, str]:
        """The same for an OAuth endpoint, whose problems have a status of their own."""
        ordered = sorted(set(kinds), key=lambda kind: kind.code())
        name = "OAuth" + "Or".join(kind.__name__ for kind in ordered)
        self.components.setdefault(name, _oauth_response(ordered))
        return {"$ref": f"#/components/responses/{name}"}


def _oauth_response(kinds: Collection[type[Problem]]) -> dict[str, Any]:
    [status] = {oauth_status(kind) for kind in kinds}
    examples = {kind.code(): {"value": oauth_example(kind)} for kind in kinds}
    return {
        "description": HTTPStatus(status).phrase,
        **headers(*OF_STATUS.get(status, ()), EVERYWHERE),
        "content": {OAUTH_MEDIA_TYPE: {"schema": SCHEMA, "examples": examples}},
    }


def _response(kinds: Collection[type[Problem]]) -> dict[str, Any]:
    [status] = {kind.status for kind in kinds}
    codes = [kind.code() for kind in kinds]
    examples = {code: {"$ref": f"#/components/examples/{code}"} for code in codes}
    return {
        "description": HTTPStatus(status).phrase,  # the examples have the codes and titles
        **headers(*OF_STATUS.get(status, ()), EVERYWHERE),
        "content": {MEDIA_TYPE: {"schema": SCHEMA, "examples": examples}},
    }
