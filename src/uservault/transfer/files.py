"""Reads a file of rows, or standard input."""

import asyncio
import sys
from collections.abc import AsyncIterable, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from uservault.transfer.formats import Found, read_csv, read_ndjson

CHUNK = 64 * 1024  # bytes
STANDARD_INPUT = Path("-")


@dataclass(frozen=True, slots=True)
class Input:
    """Rows, and how many there are if that is known."""

    rows: AsyncIterable[Found]
    total: int | None = None


@asynccontextmanager
async def file_input(path: Path) -> AsyncIterator[Input]:
    """Raises OSError."""
    reading = read_csv if path.suffix.lower() == ".csv" else read_ndjson
    if path == STANDARD_INPUT:
        yield Input(reading(_chunks(sys.stdin.buffer)))
        return
    with path.open("rb") as file:
        yield Input(reading(_chunks(file)))


async def _chunks(file: IO[bytes]) -> AsyncIterator[bytes]:
    while chunk := await asyncio.to_thread(file.read, CHUNK):
        yield chunk
