"""Which tests run, on which databases, and what a run says of those that could not."""

from typing import Any

import pytest

from tests.support.databases import BACKENDS
from tests.support.programs import lacking

NONE = "none"  # the database of a test that needs none


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--every-case", action="store_true", help="run each case of each test on each database"
    )
    parser.addoption(
        "--backend", action="append", choices=BACKENDS, help="run on this database only; repeatable"
    )
    parser.addoption(
        "--databases-only", action="store_true", help="leave out what needs no database"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Each test runs on each database. The cases of one that has many run on SQLite, and the first
    on the servers, but for attacks: there, databases differ in what they cannot take."""
    wanted = set(config.option.backend or BACKENDS)
    if not config.option.databases_only:
        wanted.add(NONE)
    left_out = {item for item in items if _backend(item) not in wanted}
    if not config.option.every_case:
        seen: set[tuple[str, str]] = set()
        left_out |= {item for item in items if _is_again(item, seen)}
    config.hook.pytest_deselected(items=list(left_out))
    items[:] = [item for item in items if item not in left_out]


def pytest_terminal_summary(terminalreporter: Any) -> None:
    skipped = terminalreporter.getreports("skipped")
    if lacks := lacking(str(report.longrepr[2]) for report in skipped):
        terminalreporter.write_line(f"Skipped, as it is not installed: {lacks}", yellow=True)


def _backend(item: pytest.Item) -> str:
    """The database that a test is for, by the parameter of its fixture or by its marker."""
    if marker := item.get_closest_marker("backend"):
        return str(marker.args[0])
    case: Any = getattr(item, "callspec", None)
    given = {case.params.get(name) for name in ("backend", "server")} if case else set()
    return next((name for name in BACKENDS if name in given), NONE)


def _is_again(item: pytest.Item, seen: set[tuple[str, str]]) -> bool:
    backend = _backend(item)
    if backend in (NONE, "sqlite"):
        return False
    if item.get_closest_marker("once"):
        return True
    if "attacks" in item.path.parts:
        return False
    test = (item.nodeid.partition("[")[0], backend)
    if test in seen:
        return True
    seen.add(test)
    return False
