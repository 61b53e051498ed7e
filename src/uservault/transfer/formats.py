"""Reads rows from NDJSON (a JSON object a line) and from CSV (RFC 4180) with a header row."""

import csv
from collections.abc import AsyncIterable, AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from uservault.transfer.cells import CELLS
from uservault.transfer.lines import MAX_LINE, Line, lines_of
from uservault.web.route import Malformed, strict_json

TOO_LONG = f"It is longer than {MAX_LINE:,} bytes."


@dataclass(frozen=True, slots=True)
class Found:
    """What a line holds: the values of a row, or why it has none. `text` is the line itself."""

    line: int
    values: Mapping[str, Any] | Malformed
    text: bytes = b""

    @property
    def size(self) -> int:
        """Bytes, about."""
        if self.text or isinstance(self.values, Malformed):
            return len(self.text)
        return sum(len(str(value)) for value in self.values.values())


Reading: TypeAlias = Callable[[AsyncIterable[bytes]], AsyncIterator[Found]]


async def read_ndjson(chunks: AsyncIterable[bytes]) -> AsyncIterator[Found]:
    """Empty lines are passed over, and those that begin with #."""
    async for line in lines_of(chunks):
        if line.content is None:
            yield Found(line.number, Malformed(TOO_LONG))
        elif (text := line.content.strip()) and not text.startswith(b"#"):
            yield Found(line.number, _object(text), text)


def _object(content: bytes) -> Mapping[str, Any] | Malformed:
    value = strict_json(content)
    if isinstance(value, dict | Malformed):
        return value
    return Malformed("It is not a JSON object.")


async def read_csv(chunks: AsyncIterable[bytes]) -> AsyncIterator[Found]:
    """An empty cell is a value that is left out. A row's number is that of its first line."""
    header: list[str] | None = None
    async for record in _records(lines_of(chunks)):
        cells = _cells(record)
        if header is None and isinstance(cells, list):
            header = [name.strip() for name in cells]
        elif isinstance(cells, Malformed):
            yield Found(record.number, cells)
        elif any(cells):
            yield Found(record.number, _named(header or [], cells))


async def _records(lines: AsyncIterator[Line]) -> AsyncIterator[Line]:
    """Joins the lines between which a quote is open."""
    record = _Record()
    async for line in lines:
        record.add(line)
        if not record.open:
            yield record.end()
    if record.open:
        yield record.end()


class _Record:
    """The lines of a record so far. Each is looked at once, however many there are."""

    def __init__(self) -> None:
        self.open = self.lost = False
        self.parts: list[bytes] = []
        self.number = self.size = 0

    def add(self, line: Line) -> None:
        if not self.parts:
            self.number = line.number
        content = line.content or b""
        self.parts.append(content)
        self.size += len(content) + 1
        self.lost = line.content is None or self.size > MAX_LINE + 1
        self.open = not self.lost and self.open != bool(content.count(b'"') % 2)

    def end(self) -> Line:
        record = Line(self.number, None if self.lost else b"\n".join(self.parts))
        self.parts, self.size, self.open = [], 0, False
        return record


def _cells(record: Line) -> list[str] | Malformed:
    if record.content is None:
        return Malformed(TOO_LONG)
    try:
        [cells] = csv.reader([record.content.decode()], strict=True) if record.content else [[]]
    except UnicodeDecodeError:
        return Malformed("It is not UTF-8.")
    except (csv.Error, ValueError):
        return Malformed("It is not CSV (RFC 4180): check its quotes.")
    return cells


def _named(header: list[str], cells: list[str]) -> Mapping[str, Any] | Malformed:
    if len(set(header)) < len(header):
        return Malformed("The header names a column twice.")
    if len(cells) != len(header):
        return Malformed(f"It has {len(cells)} cells; the header has {len(header)}.")
    given = {name: cell for name, cell in zip(header, cells, strict=True) if cell}
    return {name: CELLS.get(name, str)(cell) for name, cell in given.items()}


READING: Mapping[str, Reading] = {"application/x-ndjson": read_ndjson, "text/csv": read_csv}
