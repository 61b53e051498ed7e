"""Where a reader of the feed of revocations has come to."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
POSITION = r"(?:0|[1-9][0-9]{0,16})\.(?:0|[1-9][0-9]{0,17})"
PATTERN = rf"^{POSITION}(?:-{POSITION})?$"


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """After the event of this time and id."""

    at: datetime
    id: int

    @classmethod
    def read(cls, text: str) -> Self:
        micros, id = text.split(".")
        return cls(EPOCH + int(micros) * MICROSECOND, int(id))

    def __str__(self) -> str:
        return f"{(self.at - EPOCH) // MICROSECOND}.{self.id}"


START = Position(EPOCH, 0)


@dataclass(frozen=True, slots=True)
class Cursor:
    """`settled`: nothing will turn up before it. `scan`: where the present reading goes on."""

    settled: Position = START
    scan: Position = START

    @classmethod
    def read(cls, text: str) -> Self:
        """Of a text that has the PATTERN."""
        settled, _, scan = text.partition("-")
        return cls(Position.read(settled), Position.read(scan or settled))

    def __str__(self) -> str:
        return str(self.settled) if self.scan == self.settled else f"{self.settled}-{self.scan}"
