"""docs/asvs.md: its summary counts its lines, and its promises are on the list."""

import re
from collections import Counter

from tests.support.pages import ROOT
from tests.support.promises import promises

PAGE = (ROOT / "docs" / "asvs.md").read_text()
VERDICTS = ("met", "not applicable", "the operator's", "not met")
LINE = re.compile(r"^\| ([\d., ]+) \| [12] \| (.+?) \| (.+) \|$", re.MULTILINE)
SUM = re.compile(r"^\| \[(V\d+) .*\) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", re.MULTILINE)
TOTAL = re.compile(r"^\| \*\*all\*\*(.+)$", re.MULTILINE)
PROMISE = re.compile(r"\b[A-I]\d{1,2}\b")


def _judged() -> list[tuple[str, str]]:
    """Each requirement's number, and its verdict."""
    return [
        (number, verdict)
        for numbers, verdict, _ in LINE.findall(PAGE)
        for number in numbers.split(", ")
    ]


def test_judges_each_requirement_once() -> None:
    numbers = Counter(number for number, _ in _judged())

    assert len(numbers) == numbers.total() == 253


def test_counts_the_verdicts_of_each_chapter() -> None:
    counted = Counter((f"V{number.split('.')[0]}", verdict) for number, verdict in _judged())

    summary = {
        (chapter, verdict): int(count)
        for chapter, *counts in SUM.findall(PAGE)
        for verdict, count in zip(VERDICTS, counts, strict=True)
    }

    assert summary == {key: counted[key] for key in summary}
    assert sum(summary.values()) == counted.total()


def test_counts_all_verdicts() -> None:
    counted = Counter(verdict for _, verdict in _judged())

    totals = [int(total) for total in re.findall(r"\d+", TOTAL.findall(PAGE)[0])]

    assert totals == [counted[verdict] for verdict in VERDICTS]


def test_names_only_promises_that_there_are() -> None:
    named = {code for *_, text in LINE.findall(PAGE) for code in PROMISE.findall(text)}

    assert named
    assert named <= set(promises())
