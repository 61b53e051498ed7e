"""JSON objects of any shape that every supported database can store."""

from collections.abc import Iterable
from math import isfinite
from typing import Annotated, Any, TypeAlias

from pydantic import BeforeValidator, Field

MAX_DEPTH = 20  # levels of nesting; MariaDB allows 32


def _check_document(document: Any) -> Any:
    """Goes level by level: recursion could exhaust the stack on deep nesting."""
    level: list[Any] = [document]
    for _ in range(MAX_DEPTH):
        for value in level:
            _check_value(value)
        level = [part for value in level for part in _children(value)]
        if not level:
            return document
    raise ValueError(f"It is nested more than {MAX_DEPTH} levels deep.")


def _children(value: Any) -> Iterable[Any]:
    match value:
        case dict():
            return [*value.keys(), *value.values()]
        case list():
            return value
    return ()


def _check_value(value: Any) -> None:
    match value:
        case str() if any("\ud800" <= char <= "\udfff" for char in value):
            raise ValueError("A string contains half a surrogate pair.")
        case float() if not isfinite(value):
            raise ValueError("A number is too large.")


EXAMPLE = {"display_name": "Ada Lovelace", "links": {"blog": "https://ada.example.com"}}

Document = Annotated[
    dict[str, Any],
    BeforeValidator(_check_document),
    Field(
        description=f"A JSON object of at most 16 KiB (compact UTF-8) and {MAX_DEPTH} levels.",
        examples=[EXAMPLE],
    ),
]
Patch = Annotated[
    dict[str, Any],
    BeforeValidator(_check_document),
    Field(
        description="A JSON merge patch (RFC 7396). `null` removes a member.",
        examples=[{"links": {"code": "https://code.example.com/ada"}}],
    ),
]
Read: TypeAlias = dict[str, Any]
