"""The page of results, in Markdown."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from bench import results_tables as tables
from bench.bars import Verdict
from bench.facts import lines
from bench.plots import Record
from bench.stage import Sizes

Report: TypeAlias = Mapping[str, Any]

INTRODUCTION = """# What the bench measured

`make bench` and `make bench-peers` measured this, and `python -m bench.results` wrote it.
Each figure stands beside a reference that was measured in turn with it, because absolute
numbers differ from machine to machine. The values are medians of the rounds.
"""
ROUGH = """
**This was a rough run, with small sizes and few rounds (`--quick`).**
"""
BUSY = """
**The machine did other work, too.**
"""
OTHERS = """
## Beside other services

![Reads for each second of CPU](../docs/plots/read-throughput.svg)

We wrote a minimal service on the old service's libraries, and a minimal one on fastapi-users, in
[peers](peers). All run on the same CPU, with the same users in the same PostgreSQL, in turn.

Each cell has the value, and in brackets its ratio to the reference. For reads and pages, the
reference is bare FastAPI: a route that returns a declared model, without token or database. A ratio
of CPU is turned round, so that more is better. For logins, the reference is what the service's own
password hash allows on this CPU. For reads beside logins, it is the same reads without logins;
there, less is better.
"""
CONDITIONS = """
- UserVault reads the caller's session, user and permissions in the database for each request.
  fastapi-users reads the caller. The Flask service trusts the token until it expires.
- UserVault and fastapi-users hash with bcrypt, at the same cost. The Flask service hashes with
  Werkzeug's scrypt, which is cheaper here. So compare the ratios of logins, and not the values.
- fastapi-users runs under uvicorn with uvloop. The Flask service runs under gunicorn, with one
  process of 16 threads, which did well on one CPU among the settings that we tried.
- The others find a page by an offset, without counting, and UserVault by a cursor.
"""
SWEEP = """
## By number of users

![How long a page takes](../docs/plots/page-latency.svg)

Milliseconds of one request after the other: median / p99. A page has 50 users. A look-up asks only
the database, as a login does.
"""


def page(reports: Sequence[Report]) -> str:
    figures = [figure for report in reports for figure in report["figures"]]
    swept = [each for each in figures if "users" in each["labels"]]
    rest = [each for each in figures if "users" not in each["labels"]]
    ours = [each for each in rest if "service" not in each["labels"]]
    peers = [each for each in rest if "service" in each["labels"]]
    parts = [INTRODUCTION, *_warnings(reports)]
    if ours:
        parts.append(f"\n## Against the bars\n\n{_counted(ours)}\n\n{tables.judged(ours)}")
    if peers:
        parts.append(f"{OTHERS}\n{tables.compared(peers)}{CONDITIONS}")
    if swept:
        parts.append(f"{SWEEP}\n{tables.swept(swept)}")
    return "".join([*parts, *_runs(reports)])


def _warnings(reports: Iterable[Report]) -> Iterator[str]:
    if any(report["facts"]["sizes"]["rounds"] < Sizes().rounds for report in reports):
        yield ROUGH
    if any(report["facts"]["loaded"] for report in reports):
        yield BUSY


def _counted(figures: Iterable[Record]) -> str:
    counts = Counter(each["verdict"] for each in figures)
    return ", ".join(f"{verdict}: {counts[verdict]}" for verdict in Verdict)


def _runs(reports: Iterable[Report]) -> Iterator[str]:
    for report in reports:
        command = "make bench-peers" if "peers" in report["facts"] else "make bench"
        facts = "\n".join(lines(report["facts"]))
        yield f"\n## What `{command}` ran on\n\n```\n{facts}\n```\n"
