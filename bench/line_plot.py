"""Lines of milliseconds over numbers of users, which are on a logarithmic axis."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, log10

from bench import svg

WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, TOP, BOTTOM = 80, 175, 92, 346
APART = 17  # pixels between labels, at least
STEPS = 5  # of the axis of milliseconds, at most


@dataclass(frozen=True, slots=True)
class Line:
    """Milliseconds by number of users."""

    name: str
    p50: Mapping[int, float]
    p99: Mapping[int, float]
    style: str


@dataclass(frozen=True, slots=True)
class Scale:
    """Where a value stands; milliseconds begin at zero."""

    users: Sequence[int]
    step: float  # milliseconds between two lines of the grid
    steps: int

    def x(self, users: int) -> float:
        first, last = log10(self.users[0]), log10(self.users[-1])
        return LEFT + (WIDTH - RIGHT - LEFT) * (log10(users) - first) / ((last - first) or 1)

    def y(self, milliseconds: float) -> float:
        return BOTTOM - (BOTTOM - TOP) * milliseconds / (self.step * self.steps)


def line_plot(title: str, caption: Sequence[str], lines: Sequence[Line]) -> str:
    users = sorted({each for line in lines for each in line.p50})
    most = max(value for line in lines for value in line.p99.values())
    step = _round_step(most / STEPS)
    scale = Scale(users, step, ceil(most / step))
    parts = [*svg.heading(title, caption), *_axes(scale)]
    for line in lines:
        parts += _drawn(line, scale)
    parts += _labels(lines, scale)
    said = "; ".join(_said(line) for line in lines)
    return svg.document(WIDTH, HEIGHT, title, f"{' '.join(caption)} {said}.", parts)


def _round_step(least: float) -> float:
    """1, 2 or 5 times a power of ten."""
    power: float = 10.0 ** floor(log10(least))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least)


def _axes(scale: Scale) -> Iterator[str]:
    for tick in range(scale.steps + 1):
        y = scale.y(tick * scale.step)
        yield svg.line(LEFT, y, WIDTH - RIGHT, y, "grid" if tick else "axis")
        yield svg.text(LEFT - 8, y + 4.5, f"{tick * scale.step:g} ms", "quiet", "end")
    for users in scale.users:
        yield svg.text(scale.x(users), BOTTOM + 20, f"{users:,}", "quiet", "middle")
    middle = (LEFT + WIDTH - RIGHT) / 2
    yield svg.text(middle, BOTTOM + 42, "users in the database", "quiet", "middle")


def _drawn(line: Line, scale: Scale) -> Iterator[str]:
    for values, dashed in ((line.p99, " dashed"), (line.p50, "")):
        points = [(scale.x(users), scale.y(values[users])) for users in sorted(values)]
        yield svg.path(points, f"line {line.style}{dashed}")
        if not dashed:
            yield from (svg.dot(x, y, line.style) for x, y in points)


def _labels(lines: Sequence[Line], scale: Scale) -> Iterator[str]:
    """At the end of each line, moved apart where they would overlap."""
    last = scale.users[-1]
    ordered = sorted(lines, key=lambda line: line.p50[last])
    heights = [scale.y(line.p50[last]) + 4.5 for line in ordered]
    for below, above in pairwise(range(len(heights))):
        heights[above] = min(heights[above], heights[below] - APART)
    for line, y in zip(ordered, heights, strict=True):
        words = f"{line.name} {milliseconds(line.p50[last])}"
        yield svg.text(WIDTH - RIGHT + 10, y, words, f"strong {line.style}")


def _said(line: Line) -> str:
    values = ", ".join(f"{milliseconds(line.p50[users])} at {users:,}" for users in line.p50)
    return f"{line.name}: {values}"


def milliseconds(value: float) -> str:
    return f"{value:.0f} ms" if value >= 10 else f"{value:.1f} ms"
