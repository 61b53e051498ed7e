"""Entity tags and preconditions against lost updates (RFC 9110 §8.8.3, §13.1.1)."""

import re
from collections.abc import Callable
from typing import Annotated, Any, TypeAlias, TypeVar

from fastapi import Depends, Header, Request

from uservault.kit.problems import PreconditionFailed
from uservault.web.prefix import public_path
from uservault.web.returns import Adds

T = TypeVar("T")
Precondition: TypeAlias = Callable[[int], None]
Known: TypeAlias = Callable[[str], bool]
TAG = re.compile(r'(?:W/)?"[^"]*"')


def etag(version: int) -> str:
    """The strong entity tag of a row's version."""
    return f'"{version}"'


def created(at: str) -> Adds:
    """Marks the return type of a route that creates a row: adds its ETag and Location.

    `at` is the path of the collection.
    """

    def read(row: Any, request: Request) -> dict[str, str]:
        location = public_path(request.scope, f"{at}/{row.id}")
        return {"ETag": etag(row.version), "Location": location}

    return Adds(("ETag", "Location"), read)


# Return type of a route that answers one row with its ETag. The row has a `version`.
Tagged = Annotated[T, Adds(("ETag",), lambda row, request: {"ETag": etag(row.version)})]


def if_match(header: str) -> Precondition:
    """A check that raises PreconditionFailed if the current version is not in `header`.

    `*` matches every version. Tags are compared weakly, unlike RFC 9110 §13.1.1 has it: a proxy
    that compresses answers weakens their tags, and a tag of ours stands for a version of the row
    and not for bytes.
    """

    def check(version: int) -> None:
        if not is_known(etag(version), header):
            raise PreconditionFailed

    return check


def is_known(tag: str, header: str) -> bool:
    """Whether a list of tags contains the tag. The comparison is weak (RFC 9110 §8.8.3.2)."""
    known = [each.removeprefix("W/") for each in TAG.findall(header)]
    return header.strip() == "*" or tag.removeprefix("W/") in known


async def _if_match(
    request: Request,
    header: Annotated[
        str,
        Header(
            alias="If-Match",
            description="The ETag that you read. The request fails with 412 if it has changed.",
            examples=['"1"'],
        ),
    ] = "*",
) -> Precondition:
    # A list may be spread over several header lines (RFC 9110 §5.3).
    return if_match(", ".join(request.headers.getlist("if-match") or [header]))


IfMatch = Annotated[Precondition, Depends(_if_match)]


async def _if_none_match(
    request: Request,
    header: Annotated[
        str | None,
        Header(
            alias="If-None-Match",
            description="The ETag that you have. The answer is 304 if it has not changed.",
            examples=['"1"'],
        ),
    ] = None,
) -> Known:
    tags = ", ".join(request.headers.getlist("if-none-match")) if header is not None else ""
    return lambda tag: is_known(tag, tags)


IfNoneMatch = Annotated[Known, Depends(_if_none_match)]
