"""The command line of a bench: which measures to make, of which sizes, and where to write them.

[--quick] [--users N] [--out FILE] [measure …]
"""

import json
import os
import sys
import traceback
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

import uvloop

from bench.facts import at_end, facts, lines
from bench.figures import Figure
from bench.processes import LOADED_FROM
from bench.report import report, summary, table
from bench.stage import QUICK, Sizes, Stage, staged

Measures: TypeAlias = Mapping[str, Callable[[Stage], Iterable[Figure]]]
LEAST_USERS = 100  # two pages


@dataclass(frozen=True, slots=True)
class Program:
    """`facts` are told beside those of the machine."""

    name: str
    measures: Measures
    facts: Callable[[], Mapping[str, Any]] = dict

    def main(self) -> None:
        """Exits with 1 if a measure broke. A missed bar breaks nothing."""
        given = self._arguments()
        sizes = QUICK if given.quick else Sizes()
        if given.users:
            sizes = replace(sizes, users=given.users)
        if broken := self.run(given.measures or list(self.measures), sizes, given.out):
            sys.exit(f"broken: {', '.join(broken)}")

    def _arguments(self) -> Namespace:
        parser = ArgumentParser(f"python -m {self.name}", description="Measure, side by side.")
        known = ", ".join(self.measures)
        parser.add_argument("measures", nargs="*", metavar="measure", help=f"of {known}; else all")
        parser.add_argument("--quick", action="store_true", help="small sizes, rough figures")
        parser.add_argument("--users", type=int, help="how many there are where that matters")
        parser.add_argument("--out", type=Path, metavar="FILE", help="write it there as JSON, too")
        given = parser.parse_args()
        if unknown := set(given.measures) - set(self.measures):
            parser.error(f"no such measure: {', '.join(sorted(unknown))}; there are {known}")
        if given.users is not None and given.users < LEAST_USERS:
            parser.error(f"--users must be at least {LEAST_USERS}")
        return given

    def run(self, names: Sequence[str], sizes: Sizes, out: Path | None) -> list[str]:
        """The measures that broke. The others are reported all the same."""
        os.sched_setaffinity(0, LOADED_FROM)
        figures: list[Figure] = []
        broken: list[str] = []
        with staged(sizes) as stage:
            known = uvloop.run(facts(stage)) | dict(self.facts())
            print(*lines(known), sep="\n", end="\n\n")
            for name in names:
                if not self._measured(name, stage, figures):
                    broken.append(name)
                known |= at_end(stage, broken)
                _write(out, report(known, figures))
        print("", table(figures), "", *lines(at_end(stage, broken)), summary(figures), sep="\n")
        return broken

    def _measured(self, name: str, stage: Stage, figures: list[Figure]) -> bool:
        """Whether it did not break. Adds its figures, also those before it broke."""
        print(f"measuring {name} …", flush=True)
        try:
            figures.extend(self.measures[name](stage))
        except Exception:  # noqa: BLE001 - any error of one measure leaves the others
            traceback.print_exc()
            return False
        return True


def _write(out: Path | None, report: Mapping[str, Any]) -> None:
    """After each measure, so that a run that is stopped leaves what it has."""
    if out:
        out.write_text(json.dumps(report, indent=1, ensure_ascii=False))
