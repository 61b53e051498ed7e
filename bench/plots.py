"""The two plots that the README shows, from the JSON that the bench writes."""

from collections.abc import Iterable, Mapping, Sequence
from statistics import median
from typing import Any, TypeAlias

from bench.bar_plot import Bar, bar_plot
from bench.line_plot import Line, line_plot

Record: TypeAlias = Mapping[str, Any]  # see bench.report

OURS = "UserVault"
STYLES = {OURS: "s0", "Flask": "s1", "fastapi-users": "s2"}
READ, PAGE = "read oneself", "page at 90 %"


def read_throughput(figures: Iterable[Record]) -> str | None:
    """As SVG. None if it was not measured."""
    measured = [each for each in figures if _is(each, what=READ) and each["unit"] == "CPU µs"]
    bars = [Bar("bare FastAPI", 1, 1, 1, "bare"), *(_bar(each) for each in measured)]
    caption = (
        "Users read their own account, 32 at once, with a token; one CPU, one PostgreSQL.",
        "Bare FastAPI answers without token or database. The thin line: the range of the rounds.",
    )
    title = "Reads per second of the server's CPU, as a share of bare FastAPI's"
    return bar_plot(title, caption, bars) if measured else None


def _bar(record: Record) -> Bar:
    name, rounds = record["labels"]["service"], record["rounds"]
    return Bar(name, record["ratio"], min(rounds), max(rounds), STYLES[name])


def page_latency(figures: Iterable[Record]) -> str | None:
    """As SVG. None if it was not measured."""
    pages = [each for each in figures if _is(each, what=PAGE)]
    beside = [each for each in pages if "service" in each["labels"]]
    pages = beside or pages  # those of one run
    names = dict.fromkeys(service(each) for each in pages)
    lines = [_line(name, [each for each in pages if service(each) == name]) for name in names]
    caption = (
        "Reading the 50 users at 90 % of all: UserVault by a cursor, the others by an offset.",
        "Solid: the median (p50). Dashed: 99 of 100 are faster (p99).",
    )
    title = "How long a page takes, by how many users there are"
    return line_plot(title, caption, lines) if lines else None


def _line(name: str, records: Sequence[Record]) -> Line:
    p50, p99 = (
        {
            each["labels"]["users"]: median(each["ours"])
            for each in records
            if _is(each, percentile=number)
        }
        for number in (50, 99)
    )
    return Line(name, p50, p99, STYLES[name])


def service(record: Record) -> str:
    """Whose figure it is."""
    name: str = record["labels"].get("service", OURS)
    return name


def _is(record: Record, **labels: str | int) -> bool:
    return all(record["labels"].get(name) == value for name, value in labels.items())
