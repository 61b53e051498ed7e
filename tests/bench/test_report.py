import json

from bench.bars import Bar, Range, at_least
from bench.figures import Figure, beside
from bench.report import report, summary, table

READ = beside("read", "CPU µs", [(200, 100), (250, 200)], at_least(0.5, 0.8), inverse=True)
PAGE = Figure(measure="page", unit="ms", ours=[1.5], labels={"users": 1000})


def test_the_json_has_every_value_and_its_bar_as_numbers() -> None:
    written = json.loads(json.dumps(report({"cores": 2}, [READ])))

    assert written == {
        "facts": {"cores": 2},
        "figures": [
            {
                "measure": "read",
                "unit": "CPU µs",
                "ours": [200, 250],
                "reference": [100, 200],
                "ratio": 0.65,
                "rounds": [0.5, 0.8],
                "absolute": False,
                "must": {"least": 0.5, "most": None},
                "aim": {"least": 0.8, "most": None},
                "verdict": "must",
                "labels": {},
            }
        ],
    }


def test_the_json_of_a_figure_without_a_bar_has_the_same_keys() -> None:
    read, page = report({}, [READ, PAGE])["figures"]

    assert page.keys() == read.keys()
    assert page["labels"] == {"users": 1000}
    assert [page[key] for key in ("ratio", "must", "aim", "verdict")] == [None] * 4


def test_the_table_has_a_line_a_figure_as_wide_as_the_others() -> None:
    head, rule, read, page = table([READ, PAGE]).splitlines()

    assert len({len(head), len(rule), len(read), len(page)}) == 1
    assert [cell.strip() for cell in read.split("|")[1:-1]] == [
        "read", "CPU µs", "225", "150", "0.650", "0.50-0.80", "≥ 0.5", "≥ 0.8", "must",
    ]  # fmt: skip
    assert [cell.strip() for cell in page.split("|")[1:-1]] == ["page", "ms", "1.5"] + [""] * 6


def test_the_summary_counts_every_verdict() -> None:
    missed = beside("list", "ms", [(1, 2)], Bar(Range(least=0.9)))

    assert summary([READ, PAGE, missed]).startswith("aim: 0, must: 1, missed: 1 ")
