"""Text on its way to a client who may read it later than it is written."""

from asyncio import Event
from collections.abc import AsyncIterator
from tempfile import SpooledTemporaryFile
from typing import Self

from uservault.kit.problems import ContentTooLarge

IN_MEMORY = 256 * 1024  # bytes; more is kept in a temporary file
PIECE = 32 * 1024  # bytes
MAX_UNREAD = 64 * 1024 * 1024  # bytes


class Unread(ContentTooLarge):
    title = "Read the answer while you send: too much of it is unread."


class Spool:
    """One task writes, another reads. The writer never waits for the reader.

    A client that sends all of a large body before it reads would otherwise wait for us while we
    wait for it.
    """

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile[bytes](max_size=IN_MEMORY)
        self._written = self._read = 0
        self._ended = False
        self._news = Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def write(self, data: bytes) -> None:
        self._file.seek(self._written)
        self._written += self._file.write(data)
        self._news.set()

    def ensure_read(self) -> None:
        """Raises Unread."""
        if self._written - self._read > MAX_UNREAD:
            raise Unread

    def end(self) -> None:
        self._ended = True
        self._news.set()

    async def pieces(self) -> AsyncIterator[bytes]:
        """What was written, until `end`."""
        while self._read < self._written or not self._ended:
            if self._read == self._written:
                self._news.clear()
                await self._news.wait()
                continue
            self._file.seek(self._read)
            piece = self._file.read(PIECE)
            self._read += len(piece)
            if self._read == self._written:
                self._file.seek(0)
                self._file.truncate()
                self._written = self._read = 0
            yield piece
