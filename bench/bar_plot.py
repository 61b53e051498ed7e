"""Horizontal bars, from zero, with the range of the rounds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench import svg

WIDTH, LEFT, RIGHT = 720, 130, 60
TOP, STEP, THICK = 84, 38, 24


@dataclass(frozen=True, slots=True)
class Bar:
    """`low` and `high` are the least and the most of the rounds."""

    name: str
    value: float
    low: float
    high: float
    style: str


def bar_plot(title: str, caption: Sequence[str], bars: Sequence[Bar]) -> str:
    """Of ratios: the axis ends at 1, or beyond if a ratio does."""
    scale = (WIDTH - LEFT - RIGHT) / max(1.0, *(bar.high for bar in bars))
    bottom = TOP + STEP * len(bars)
    parts = [*svg.heading(title, caption), *_axis(scale, bottom)]
    for number, bar in enumerate(bars):
        parts += _row(bar, scale, TOP + STEP * number + STEP / 2)
    said = ", ".join(f"{bar.name} {bar.value:.2f}" for bar in bars)
    return svg.document(WIDTH, bottom + 30, title, f"{' '.join(caption)} {said}.", parts)


def _axis(scale: float, bottom: float) -> Iterator[str]:
    for quarter in range(5):
        x = LEFT + scale * quarter / 4
        yield svg.line(x, TOP, x, bottom, "grid" if quarter else "axis")
        yield svg.text(x, bottom + 18, f"{quarter / 4:g}", "quiet", "middle")


def _row(bar: Bar, scale: float, middle: float) -> Iterator[str]:
    low, high = LEFT + bar.low * scale, LEFT + bar.high * scale
    yield svg.text(LEFT - 10, middle + 4.5, bar.name, "", "end")
    yield svg.rectangle(LEFT, middle - THICK / 2, bar.value * scale, THICK, bar.style)
    if high > low:
        yield svg.line(low, middle, high, middle, "range")
    yield svg.text(high + 8, middle + 4.5, f"{bar.value:.2f}", "strong")
