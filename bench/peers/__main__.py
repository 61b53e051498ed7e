"""Measures UserVault beside other services: make bench-peers, which installs them.

python -m bench.peers [--quick] [--users N] [--out FILE] [measure …]
"""

import json
import os
import sys
import traceback
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import uvloop

from bench.facts import at_end, facts, lines
from bench.figures import Figure
from bench.peers.contestants import with_all
from bench.peers.crowd import busy
from bench.peers.installed import versions
from bench.peers.measures import logins, pages, reads
from bench.peers.sweep import sizes as sizes_
from bench.processes import LOADED_FROM
from bench.report import report, table
from bench.stage import QUICK, Sizes, Stage, staged

MEASURES: dict[str, Callable[[Stage], Iterable[Figure]]] = {
    "read": with_all(reads),
    "list": with_all(pages),
    "login": with_all(logins),
    "busy": with_all(busy),
    "sizes": sizes_,
}


def main() -> None:
    """Exits with 1 if a measure broke."""
    given = _arguments()
    sizes = QUICK if given.quick else Sizes()
    if given.users:
        sizes = replace(sizes, users=given.users)
    broken = run(given.measures or list(MEASURES), sizes, given.out)
    if broken:
        sys.exit(f"broken: {', '.join(broken)}")


def _arguments() -> Namespace:
    parser = ArgumentParser("python -m bench.peers", description="Measure, beside others.")
    known = ", ".join(MEASURES)
    parser.add_argument("measures", nargs="*", metavar="measure", help=f"of {known}; else all")
    parser.add_argument("--quick", action="store_true", help="small sizes, rough figures")
    parser.add_argument("--users", type=int, help="how many there are")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write everything there as JSON")
    given = parser.parse_args()
    if unknown := set(given.measures) - set(MEASURES):
        parser.error(f"no such measure: {', '.join(sorted(unknown))}; there are {known}")
    return given


def run(names: Sequence[str], sizes: Sizes, out: Path | None) -> list[str]:
    """The measures that broke. The others are reported all the same."""
    os.sched_setaffinity(0, LOADED_FROM)
    figures: list[Figure] = []
    broken: list[str] = []
    with staged(sizes) as stage:
        known = uvloop.run(facts(stage)) | {"peers": versions()}
        print(*lines(known), sep="\n", end="\n\n")
        for name in names:
            print(f"measuring {name} …", flush=True)
            try:
                figures.extend(MEASURES[name](stage))
            except Exception:  # noqa: BLE001 - any error of one measure leaves the others
                traceback.print_exc()
                broken.append(name)
            if out:
                written = report(known | at_end(stage, broken), figures)
                out.write_text(json.dumps(written, indent=1, ensure_ascii=False))
    print(table(figures))
    return broken


if __name__ == "__main__":
    main()
