"""Entity tags and preconditions (RFC 9110 §8.8.3, §13.1.1): no update is lost."""

import re
from collections.abc import Callable
from typing import Annotated, Any, TypeAlias, TypeVar

from fastapi import Depends, Header, Request

from uservault.kit.problems import PreconditionFailed
from uservault.web.returns import Adds

T = TypeVar("T")
Precondition: TypeAlias = Callable[[int], None]
Known: TypeAlias = Callable[[str], bool]
TAG = re.compile(r'(?:W/)?"[^"]*"')


def etag(version: int) -> str:
    """The strong entity tag of a version of a row."""
    return f'"{version}"'


def created(at: str) -> Adds:
    """The mark of a route that makes a row: its entity tag, and its address below `at`."""

    def read(row: Any, request: Request) -> dict[str, str]:
        return {"ETag": etag(row.version), "Location": f"{at}/{row.id}"}

    return Adds(("ETag", "Location"), read)


# What a route returns that answers a row with its entity tag: it has a `version`.
Tagged = Annotated[T, Adds(("ETag",), lambda row, request: {"ETag": etag(row.version)})]


def if_match(header: str) -> Precondition:
    """What If-Match demands of the present version; `*` is any, and a weak tag matches none.

    The precondition raises PreconditionFailed.
    """

    def check(version: int) -> None:
        if header.strip() != "*" and etag(version) not in TAG.findall(header):
            raise PreconditionFailed

    return check


def is_known(tag: str, header: str) -> bool:
    """Whether If-None-Match names the tag, compared weakly (RFC 9110 §13.1.2)."""
    known = [each.removeprefix("W/") for each in TAG.findall(header)]
    return header.strip() == "*" or tag.removeprefix("W/") in known


async def _if_match(
    request: Request,
    header: Annotated[
        str,
        Header(
            alias="If-Match",
            description="Do it only if this is still the entity tag: the ETag that you read.",
            examples=['"1"'],
        ),
    ] = "*",
) -> Precondition:
    # A list may come in several lines (RFC 9110 §5.3).
    return if_match(", ".join(request.headers.getlist("if-match") or [header]))


IfMatch = Annotated[Precondition, Depends(_if_match)]


async def _if_none_match(
    request: Request,
    header: Annotated[
        str | None,
        Header(
            alias="If-None-Match",
            description="Answer 304 if this is still the entity tag: the ETag that you have.",
            examples=['"1"'],
        ),
    ] = None,
) -> Known:
    tags = ", ".join(request.headers.getlist("if-none-match")) if header is not None else ""
    return lambda tag: is_known(tag, tags)


IfNoneMatch = Annotated[Known, Depends(_if_none_match)]
