"""Measures what there are bars for, each figure beside its reference; judges nothing.

python -m bench [--quick] [--users N] [measure …]
"""

import os
from argparse import ArgumentParser
from collections.abc import Callable, Iterable
from dataclasses import replace

from bench.crowd import busy
from bench.figures import Figure
from bench.hashing import login, register
from bench.lookup import lookup
from bench.processes import LOADED_FROM
from bench.reading import list_, read
from bench.report import summary, table
from bench.stage import QUICK, Sizes, Stage, staged
from bench.starting import start
from bench.timing import timing

MEASURES: dict[str, Callable[[Stage], Iterable[Figure]]] = {
    "read": read,
    "login": login,
    "register": register,
    "busy": busy,
    "list": list_,
    "lookup": lookup,
    "timing": timing,
    "start": start,
}


def main() -> None:
    parser = ArgumentParser("python -m bench", description="Measure, beside a reference.")
    known = ", ".join(MEASURES)
    parser.add_argument("measures", nargs="*", metavar="measure", help=f"of {known}; else all")
    parser.add_argument("--quick", action="store_true", help="small sizes, rough figures")
    parser.add_argument("--users", type=int, help="how many there are for list and lookup")
    given = parser.parse_args()
    if unknown := set(given.measures) - set(MEASURES):
        parser.error(f"no such measure: {', '.join(sorted(unknown))}; there are {known}")
    sizes = QUICK if given.quick else Sizes()
    if given.users:
        sizes = replace(sizes, users=given.users)
    run(given.measures or list(MEASURES), sizes)


def run(names: Iterable[str], sizes: Sizes) -> None:
    os.sched_setaffinity(0, LOADED_FROM)
    figures: list[Figure] = []
    with staged(sizes) as stage:
        for name in names:
            print(f"measuring {name} …", flush=True)  # noqa: T201
            figures.extend(MEASURES[name](stage))
    print(table(figures), summary(figures), sep="\n\n")  # noqa: T201


if __name__ == "__main__":
    main()
