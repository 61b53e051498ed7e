"""What was measured, beside what it is measured by."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TypeAlias, TypeVar

T = TypeVar("T")

COLUMNS = ("measure", "unit", "ours", "reference", "ratio", "(rounds)", "must", "aim")
Pair: TypeAlias = tuple[float, float]  # ours and the reference, of one round


@dataclass(frozen=True, slots=True)
class Bar:
    """What the ratio must be, and what it should."""

    must: str = ""
    aim: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """The ratio is ours ÷ reference, or the other way round where `inverse`."""

    measure: str
    unit: str
    pairs: Sequence[Pair]
    bar: Bar = Bar()
    inverse: bool = False

    def row(self) -> tuple[str, ...]:
        ratios = [self._ratio(*pair) for pair in self.pairs]
        return (
            self.measure,
            self.unit,
            f"{median(ours for ours, _ in self.pairs):,.1f}",
            f"{median(reference for _, reference in self.pairs):,.1f}",
            f"{median(ratios):.3f}",
            f"{min(ratios):.2f}-{max(ratios):.2f}",
            self.bar.must,
            self.bar.aim,
        )

    def _ratio(self, ours: float, reference: float) -> float:
        return reference / ours if self.inverse else ours / reference


def interleaved(
    rounds: int, ours: Callable[[], T], reference: Callable[[], T]
) -> list[tuple[T, T]]:
    """One after the other, again and again, so that noise falls on both."""
    return [(ours(), reference()) for _ in range(rounds)]


def table(figures: Iterable[Figure]) -> str:
    rows = [COLUMNS, *(figure.row() for figure in figures)]
    widths = [max(len(row[n]) for row in rows) for n in range(len(COLUMNS))]
    lines = [_line(row, widths) for row in rows]
    lines.insert(1, "|".join(["", *("-" * (width + 2) for width in widths), ""]))
    return "\n".join(lines)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
    return f"| {' | '.join(cells)} |"
