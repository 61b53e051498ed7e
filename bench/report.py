"""Figures as a table to read, and as JSON for programs.

The JSON is {"facts": {…}, "figures": [{…}]}. A figure has the keys that `record` writes. More may
be added; these stay.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from statistics import median
from typing import Any

from bench.bars import Range, Verdict
from bench.figures import Figure

COLUMNS = ("measure", "unit", "ours", "reference", "ratio", "(rounds)", "must", "aim", "verdict")


def report(facts: Mapping[str, Any], figures: Iterable[Figure]) -> dict[str, Any]:
    """Only what JSON has."""
    return {"facts": dict(facts), "figures": [record(figure) for figure in figures]}


def record(figure: Figure) -> dict[str, Any]:
    """`ours` and `reference` have a value a round, `rounds` its ratio, and `ratio` the median.

    `must` and `aim` are {"least": …, "most": …}, each a number or null. They are for the ratio, or
    for the median of `ours` if `absolute`. null: no bar, no verdict, or no ratio.
    """
    return {
        "measure": figure.measure,
        "unit": figure.unit,
        "ours": list(figure.ours),
        "reference": list(figure.reference),
        "ratio": figure.ratio,
        "rounds": figure.rounds,
        "absolute": figure.absolute,
        "must": _range(figure.bar.must if figure.bar else None),
        "aim": _range(figure.bar.aim if figure.bar else None),
        "verdict": figure.verdict,
        "labels": dict(figure.labels),
    }


def _range(range: Range | None) -> dict[str, Any] | None:
    return asdict(range) if range else None


def summary(figures: Iterable[Figure]) -> str:
    counts = Counter(figure.verdict for figure in figures)
    found = ", ".join(f"{verdict}: {counts[verdict]}" for verdict in Verdict)
    return f"{found} (a missed bar does not fail the run)"


def table(figures: Iterable[Figure]) -> str:
    rows = [COLUMNS, *(_row(figure) for figure in figures)]
    widths = [max(len(row[n]) for row in rows) for n in range(len(COLUMNS))]
    lines = [_line(row, widths) for row in rows]
    lines.insert(1, "|".join(["", *("-" * (width + 2) for width in widths), ""]))
    return "\n".join(lines)


def _row(figure: Figure) -> tuple[str, ...]:
    ratios, bar = figure.rounds, figure.bar
    return (
        figure.measure,
        figure.unit,
        _median(figure.ours),
        _median(figure.reference),
        "" if figure.ratio is None else f"{figure.ratio:.3f}",
        f"{min(ratios):.2f}-{max(ratios):.2f}" if ratios else "",
        str(bar.must) if bar else "",
        str(bar.aim) if bar and bar.aim else "",
        figure.verdict or "",
    )


def _median(values: Sequence[float]) -> str:
    """With three digits or more."""
    if not values:
        return ""
    value = median(values)
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
    return f"| {' | '.join(cells)} |"
