import pytest

from bench.bars import Bar, Range, Verdict, at_least, at_most


@pytest.mark.parametrize(
    ("value", "verdict"),
    [(0.8, Verdict.AIM), (0.79, Verdict.MUST), (0.6, Verdict.MUST), (0.59, Verdict.MISSED)],
)
def test_a_ratio_that_should_be_high(value: float, verdict: Verdict) -> None:
    assert at_least(0.6, 0.8).verdict(value) is verdict


@pytest.mark.parametrize(
    ("value", "verdict"),
    [(1.1, Verdict.AIM), (1.11, Verdict.MUST), (1.5, Verdict.MUST), (1.51, Verdict.MISSED)],
)
def test_a_ratio_that_should_be_low(value: float, verdict: Verdict) -> None:
    assert at_most(1.5, 1.1).verdict(value) is verdict


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        (0.89, Verdict.MISSED),
        (0.9, Verdict.MUST),
        (0.95, Verdict.AIM),
        (1.05, Verdict.AIM),
        (1.1, Verdict.MUST),
        (1.11, Verdict.MISSED),
    ],
)
def test_a_ratio_that_should_be_near_one(value: float, verdict: Verdict) -> None:
    assert Bar(Range(0.90, 1.10), Range(0.95, 1.05)).verdict(value) is verdict


def test_a_bar_without_an_aim() -> None:
    assert at_most(20).verdict(1) is Verdict.MUST
    assert at_most(20).verdict(21) is Verdict.MISSED


def test_a_range_is_written_as_it_is_read() -> None:
    assert [str(Range(least=0.6)), str(Range(most=20)), str(Range(0.9, 1.1))] == [
        "≥ 0.6",
        "≤ 20",
        "0.9 to 1.1",
    ]
