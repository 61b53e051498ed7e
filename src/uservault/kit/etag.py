"""Entity tags and preconditions (RFC 9110 §8.8.3, §13.1.1): no update is lost."""

import re
from collections.abc import Callable
from typing import Annotated, TypeAlias

from fastapi import Depends, Header, Request

from uservault.kit.problems import PreconditionFailed

Precondition: TypeAlias = Callable[[int], None]
TAG = re.compile(r'(?:W/)?"[^"]*"')


def etag(version: int) -> str:
    """The strong entity tag of a version of a row."""
    return f'"{version}"'


def if_match(header: str) -> Precondition:
    """What If-Match demands of the present version; `*` is any, and a weak tag matches none.

    The precondition raises PreconditionFailed.
    """

    def check(version: int) -> None:
        if header.strip() != "*" and etag(version) not in TAG.findall(header):
            raise PreconditionFailed

    return check


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
