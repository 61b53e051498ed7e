"""The tables of the page of results, in Markdown."""

from collections.abc import Iterable, Mapping, Sequence
from statistics import median
from typing import Any, TypeAlias

from bench.bars import Range
from bench.plots import Record, service

Place: TypeAlias = tuple[tuple[str, str], str]  # what the row begins with, and the column

COLUMNS = ("measure", "unit", "ours", "reference", "ratio", "rounds", "must", "aim", "verdict")


def judged(figures: Iterable[Record]) -> str:
    return _table(COLUMNS, [_row(each) for each in figures])


def _row(record: Record) -> tuple[str, ...]:
    rounds = record["rounds"]
    return (
        record["measure"],
        record["unit"],
        _value(record["ours"]),
        _value(record["reference"]),
        f"{record['ratio']:.3f}" if rounds else "",
        f"{min(rounds):.2f}-{max(rounds):.2f}" if rounds else "",
        _range(record["must"]),
        _range(record["aim"]),
        record["verdict"] or "",
    )


def compared(figures: Iterable[Record]) -> str:
    """A row a measure, a column a service: the value, and in brackets the ratio."""
    cells: dict[Place, str] = {}
    for each in figures:
        place = (each["labels"]["what"], each["unit"]), service(each)
        cells[place] = f"{_value(each['ours'])} ({each['ratio']:.3g})"
    return _pivot(("measured", "unit"), cells)


def swept(figures: Iterable[Record]) -> str:
    """A row a number of users, a column a service: p50 / p99.

    What two runs measured, the table has from the later of `figures`.
    """
    values: dict[Place, dict[int, str]] = {}
    for each in sorted(figures, key=_what_and_users):
        labels = each["labels"]
        place = (labels["what"], f"{labels['users']:,}"), service(each)
        values.setdefault(place, {})[labels["percentile"]] = _value(each["ours"])
    cells = {place: f"{each[50]} / {each[99]}" for place, each in values.items()}
    return _pivot(("what", "users"), cells)


def _what_and_users(record: Record) -> tuple[str, int]:
    return record["labels"]["what"], record["labels"]["users"]


def _pivot(heading: Sequence[str], cells: Mapping[Place, str]) -> str:
    rows = list(dict.fromkeys(row for row, _ in cells))
    columns = list(dict.fromkeys(column for _, column in cells))
    body = [(*row, *(cells.get((row, column), "") for column in columns)) for row in rows]
    return _table((*heading, *columns), body)


def _table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heading, ["---"] * len(heading), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _value(values: Sequence[float]) -> str:
    """Of the rounds, with three digits or more."""
    if not values:
        return ""
    value = median(values)
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _range(range: Any) -> str:
    return str(Range(**range)) if range else ""
