from bench.bars import Verdict, at_least, at_most
from bench.figures import Figure, beside, percentile


def test_the_verdict_is_on_the_median_of_the_ratios_of_the_rounds() -> None:
    figure = beside("read", "requests/s", [(5, 10), (80, 100), (9, 10)], at_least(0.6, 0.8))

    assert figure.rounds == [0.5, 0.8, 0.9]
    assert figure.ratio == 0.8
    assert figure.verdict is Verdict.AIM


def test_an_inverse_ratio_is_high_where_ours_costs_little() -> None:
    assert beside("read", "CPU µs", [(200, 100)], inverse=True).ratio == 0.5


def test_an_absolute_bar_is_for_our_own_value() -> None:
    figure = beside("answer", "ms", [(30, 10), (15, 10), (10, 10)], at_most(20), absolute=True)

    assert figure.ratio == 1.5
    assert figure.verdict is Verdict.MUST


def test_a_figure_may_have_neither_reference_nor_bar() -> None:
    figure = Figure(measure="page", unit="ms", ours=[1, 2])

    assert figure.rounds == []
    assert figure.ratio is None
    assert figure.verdict is None


def test_percentiles_lie_between_the_values() -> None:
    values = list(range(101))

    assert percentile(50, values) == 50
    assert percentile(99, values) == 99
