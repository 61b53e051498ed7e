"""Measures what there are bars for, each figure beside its reference.

python -m bench [--quick] [--users N] [--out FILE] [measure …]

It says which bars are missed, and fails only if a measure breaks.
"""

import json
import os
import sys
import traceback
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import uvloop

from bench.crowd import busy
from bench.facts import at_end, facts, lines
from bench.figures import Figure
from bench.hashing import login, register
from bench.lookup import lookup
from bench.processes import LOADED_FROM
from bench.reading import list_, me, read
from bench.refreshing import refresh
from bench.report import report, summary, table
from bench.stage import QUICK, Sizes, Stage, staged
from bench.starting import start
from bench.sweep import sizes as sizes_
from bench.timing import timing

MEASURES: dict[str, Callable[[Stage], Iterable[Figure]]] = {
    "read": read,
    "me": me,
    "refresh": refresh,
    "login": login,
    "register": register,
    "busy": busy,
    "list": list_,
    "lookup": lookup,
    "sizes": sizes_,
    "timing": timing,
    "start": start,
}
LEAST_USERS = 100  # two pages


def main() -> None:
    """Exits with 1 if a measure broke. A missed bar breaks nothing."""
    given = _arguments()
    sizes = QUICK if given.quick else Sizes()
    if given.users:
        sizes = replace(sizes, users=given.users)
    broken = run(given.measures or list(MEASURES), sizes, given.out)
    if broken:
        sys.exit(f"broken: {', '.join(broken)}")


def _arguments() -> Namespace:
    parser = ArgumentParser("python -m bench", description="Measure, beside a reference.")
    known = ", ".join(MEASURES)
    parser.add_argument("measures", nargs="*", metavar="measure", help=f"of {known}; else all")
    parser.add_argument("--quick", action="store_true", help="small sizes, rough figures")
    parser.add_argument("--users", type=int, help="how many there are for list, lookup and sizes")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write everything there as JSON")
    given = parser.parse_args()
    if unknown := set(given.measures) - set(MEASURES):
        parser.error(f"no such measure: {', '.join(sorted(unknown))}; there are {known}")
    if given.users is not None and given.users < LEAST_USERS:
        parser.error(f"--users must be at least {LEAST_USERS}")
    return given


def run(names: Sequence[str], sizes: Sizes, out: Path | None) -> list[str]:
    """The measures that broke. The others are reported all the same."""
    os.sched_setaffinity(0, LOADED_FROM)
    figures: list[Figure] = []
    broken: list[str] = []
    with staged(sizes) as stage:
        known = uvloop.run(facts(stage))
        print(*lines(known), sep="\n", end="\n\n")
        for name in names:
            if not _measured(name, stage, figures):
                broken.append(name)
            known |= at_end(stage, broken)
            _write(out, report(known, figures))
    print("", table(figures), "", *lines(at_end(stage, broken)), summary(figures), sep="\n")
    return broken


def _measured(name: str, stage: Stage, figures: list[Figure]) -> bool:
    """Whether it did not break. Adds its figures, also those before it broke."""
    print(f"measuring {name} …", flush=True)
    try:
        figures.extend(MEASURES[name](stage))
    except Exception:  # noqa: BLE001 - any error of one measure leaves the others
        traceback.print_exc()
        return False
    return True


def _write(out: Path | None, report: Mapping[str, Any]) -> None:
    """After each measure, so that a run that is stopped leaves what it has."""
    if out:
        out.write_text(json.dumps(report, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
