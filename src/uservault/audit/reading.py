"""Reads events that somebody else may have written, so that no driver can read them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from uservault.db.database import AnyRow
from uservault.db.errors import DatabaseUnavailable, Unstorable

# A number of 5,000 digits in JSON, arrays a thousand deep, a text that is not UTF-8.
UNREADABLE = (ValueError, OverflowError, RecursionError, DatabaseUnavailable, Unstorable)


@dataclass(slots=True)
class Batch:
    """`unreadable`: ids of rows with a value that cannot be read."""

    rows: list[AnyRow] = field(default_factory=list)
    unreadable: list[int] = field(default_factory=list)


async def readable(
    fetch: Callable[[Sequence[int]], Awaitable[Sequence[AnyRow]]], ids: Sequence[int]
) -> Batch:
    """The rows of these ids: if one cannot be read, the others still are.

    Raises DatabaseUnavailable.
    """
    try:
        return Batch(list(await fetch(ids)))
    except UNREADABLE:
        if len(ids) > 1:
            middle = len(ids) // 2
            first, rest = await readable(fetch, ids[:middle]), await readable(fetch, ids[middle:])
            return Batch([*first.rows, *rest.rows], [*first.unreadable, *rest.unreadable])
    await fetch([])  # raises if it is the database that is away
    return Batch(unreadable=list(ids))
