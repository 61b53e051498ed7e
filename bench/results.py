"""Writes bench/RESULTS.md and the plots in docs/plots from what the bench measured.

python -m bench.results FILE …

The files are those that `python -m bench` and `python -m bench.peers` wrote with --out.
"""

import json
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.plots import page_latency, read_throughput
from bench.processes import ROOT
from bench.results_page import page

PAGE = "bench/RESULTS.md"
PLOTS = {
    "docs/plots/read-throughput.svg": read_throughput,
    "docs/plots/page-latency.svg": page_latency,
}


def main() -> None:
    parser = ArgumentParser("python -m bench.results", description="Write the page of results.")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="what --out wrote")
    write([json.loads(file.read_text()) for file in parser.parse_args().files], ROOT)


def write(reports: Sequence[Any], root: Path) -> None:
    """A plot of what was not measured is left as it is."""
    figures = [figure for report in reports for figure in report["figures"]]
    for name, plot in PLOTS.items():
        drawn = plot(figures)
        if drawn is not None:
            _write(root / name, drawn)
    _write(root / PAGE, page(reports))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
