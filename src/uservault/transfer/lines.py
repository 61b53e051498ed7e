"""Cuts a stream of bytes into lines, with flat memory."""

from collections.abc import AsyncIterable, AsyncIterator, Iterator
from dataclasses import dataclass

MAX_LINE = 1024 * 1024  # bytes, likewise of a record in several lines
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Line:
    """`content` is without the line's end; None if it is longer than MAX_LINE."""

    number: int
    content: bytes | None


class _Cutter:
    """Gathers what is no whole line yet. It keeps nothing of a line that is too long."""

    def __init__(self) -> None:
        self.number = 0
        self.rest = b""
        self.too_long = False

    def cut(self, chunk: bytes) -> Iterator[Line]:
        *whole, rest = chunk.split(b"\n")
        for part in whole:
            self._add(part)
            yield self.end()
        self._add(rest)

    def end(self) -> Line:
        self.number += 1
        line = Line(self.number, None if self.too_long else self.rest.removesuffix(b"\r"))
        self.rest, self.too_long = b"", False
        return line

    def _add(self, part: bytes) -> None:
        self.too_long = self.too_long or len(self.rest) + len(part) > MAX_LINE
        self.rest = b"" if self.too_long else self.rest + part


async def lines_of(chunks: AsyncIterable[bytes]) -> AsyncIterator[Line]:
    """Numbered from 1. A byte order mark is passed over."""
    cutter = _Cutter()
    async for chunk in chunks:
        for line in cutter.cut(chunk):
            yield _unmarked(line)
    if cutter.rest or cutter.too_long:
        yield _unmarked(cutter.end())


def _unmarked(line: Line) -> Line:
    if line.number > 1 or line.content is None:
        return line
    return Line(line.number, line.content.removeprefix(BYTE_ORDER_MARK))
