"""Tells how an import goes on: a bar on a terminal, else a line every some seconds."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Protocol

EVERY = 5.0  # seconds


class Progress(Protocol):
    def advance(self, rows: int) -> None: ...


@contextmanager
def progress(total: int | None) -> Iterator[Progress]:
    """On standard error. `total`: how many rows there are, if that is known."""
    if sys.stderr.isatty():
        bar = _Bar(total)
        with bar.shown:
            yield bar
    else:
        yield Lines(total)


class Lines:
    def __init__(self, total: int | None) -> None:
        self.total = total
        self.done = 0
        self.began = self.told = monotonic()

    def advance(self, rows: int) -> None:
        self.done += rows
        now = monotonic()
        if now - self.told >= EVERY:
            self.told = now
            sys.stderr.write(f"{self._line(now - self.began)}\n")
            sys.stderr.flush()

    def _line(self, seconds: float) -> str:
        rate = self.done / seconds
        done = f"{self.done:,} rows, {rate:,.0f} a second"
        if self.total is None:
            return done
        left = max(0, self.total - self.done) / rate
        return f"{done}, {self.done / max(1, self.total):.0%}, {left:,.0f} seconds left"


class _Bar:
    """With the rate and the time that is left."""

    def __init__(self, total: int | None) -> None:
        # Loaded on a terminal alone: it takes a sixth of a second.
        from rich import progress as rich  # noqa: PLC0415
        from rich.console import Console  # noqa: PLC0415

        columns = (
            rich.BarColumn(),
            rich.MofNCompleteColumn(),
            rich.TaskProgressColumn(text_format_no_percentage="", show_speed=True),
            rich.TimeRemainingColumn(),
        )
        self.shown = rich.Progress(*columns, console=Console(stderr=True))
        self.task = self.shown.add_task("", total=total)

    def advance(self, rows: int) -> None:
        self.shown.advance(self.task, rows)
