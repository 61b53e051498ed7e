from pathlib import Path
from typing import Any

from bench.results import write
from bench.results_page import page as page_of
from bench.stage import QUICK, Sizes
from tests.bench.records import judged, page, read


def reported(*figures: Any, rounds: int = Sizes().rounds, loaded: bool = False) -> Any:
    facts = {"sizes": {"rounds": rounds}, "loaded": loaded, "revision": "abc"}
    return {"facts": facts, "figures": list(figures)}


def test_a_figure_stands_beside_its_bar() -> None:
    written = page_of([reported(judged("read", 0.7, 0.6, "must"))])

    assert "| read |  | 0.7 | 1 | 0.700 | 0.70-0.70 | ≥ 0.6 |  | must |" in written
    assert "aim: 0, must: 1, missed: 0" in written


def test_services_stand_beside_each_other() -> None:
    written = page_of([reported(read("UserVault", 0.5), read("Flask", 0.125))])

    assert "| measured | unit | UserVault | Flask |" in written
    assert "| read oneself | CPU µs | 200 (0.5) | 800 (0.125) |" in written


def test_latencies_stand_by_number_of_users() -> None:
    records = [page("Flask", 1_000_000, 50, 52.5), page("Flask", 1_000_000, 99, 70)]

    assert "| page at 90 % | 1,000,000 | 52.5 / 70 |" in page_of([reported(*records)])


def test_a_rough_run_is_called_so() -> None:
    figure = judged("read", 0.7, 0.6, "must")

    assert "rough run" in page_of([reported(figure, rounds=QUICK.rounds)])
    assert "rough run" not in page_of([reported(figure)])


def test_a_machine_that_was_not_idle_is_named() -> None:
    figure = judged("read", 0.7, 0.6, "must")

    assert "other work" in page_of([reported(figure, loaded=True)])
    assert "other work" not in page_of([reported(figure)])


def test_only_what_was_measured_is_drawn_anew(tmp_path: Path) -> None:
    write([reported(read("UserVault", 0.5))], tmp_path)

    written = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.*")}
    assert written == {"bench/RESULTS.md", "docs/plots/read-throughput.svg"}
