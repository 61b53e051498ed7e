"""JSON objects whose members others choose, as far as each database can keep them."""

from collections.abc import Iterable
from math import isfinite
from typing import Annotated, Any, TypeAlias

from pydantic import BeforeValidator, Field

DEEPEST = 20  # levels; MariaDB takes 32


def _storable(document: Any) -> Any:
    """Looks at it level by level, for what is nested may be nested deeply."""
    level: list[Any] = [document]
    for _ in range(DEEPEST):
        for value in level:
            _check(value)
        level = [part for value in level for part in _parts(value)]
        if not level:
            return document
    raise ValueError(f"It is nested more than {DEEPEST} levels deep.")


def _parts(value: Any) -> Iterable[Any]:
    match value:
        case dict():
            return [*value.keys(), *value.values()]
        case list():
            return value
    return ()


def _check(value: Any) -> None:
    match value:
        case str() if any("\ud800" <= char <= "\udfff" for char in value):
            raise ValueError("It has a text with half a character.")
        case float() if not isfinite(value):
            raise ValueError("It has a number that is too large.")


EXAMPLE = {"display_name": "Ada Lovelace", "links": {"blog": "https://ada.example.com"}}

Document = Annotated[
    dict[str, Any],
    BeforeValidator(_storable),
    Field(
        description=f"A JSON object of at most 16 KiB (UTF-8, no spaces) and {DEEPEST} levels.",
        examples=[EXAMPLE],
    ),
]
Patch = Annotated[
    dict[str, Any],
    BeforeValidator(_storable),
    Field(
        description="What to merge (RFC 7396): null removes a member, an object is merged with the"
        " one that is there, anything else takes its place.",
        examples=[{"links": {"code": "https://code.example.com/ada"}}],
    ),
]
Read: TypeAlias = dict[str, Any]
