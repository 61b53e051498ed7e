"""What was measured, beside its reference."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import TypeAlias, TypeVar

from bench.bars import Bar, Verdict

T = TypeVar("T")

Pair: TypeAlias = tuple[float, float]  # ours and the reference, of one round


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One value a round, ours and the reference's.

    The ratio is ours ÷ reference, or the other way round where `inverse`. The bar is for the
    median of the ratios, or for the median of ours where `absolute`. `labels` say what the measure
    says, for programs that group or plot figures.
    """

    measure: str
    unit: str
    ours: Sequence[float]
    reference: Sequence[float] = ()
    bar: Bar | None = None
    inverse: bool = False
    absolute: bool = False
    labels: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def rounds(self) -> list[float]:
        """The ratio of each round; empty without a reference."""
        pairs = zip(self.ours, self.reference, strict=True) if self.reference else ()
        return [_ratio(*pair, inverse=self.inverse) for pair in pairs]

    @property
    def ratio(self) -> float | None:
        return median(self.rounds) if self.reference else None

    @property
    def verdict(self) -> Verdict | None:
        judged = median(self.ours) if self.absolute else self.ratio
        return None if self.bar is None or judged is None else self.bar.verdict(judged)


def beside(
    measure: str,
    unit: str,
    pairs: Sequence[Pair],
    bar: Bar | None = None,
    *,
    inverse: bool = False,
    absolute: bool = False,
    labels: Mapping[str, str | int] | None = None,
) -> Figure:
    """A figure of pairs."""
    return Figure(
        measure=measure,
        unit=unit,
        ours=[ours for ours, _ in pairs],
        reference=[reference for _, reference in pairs],
        bar=bar,
        inverse=inverse,
        absolute=absolute,
        labels=labels or {},
    )


def _ratio(ours: float, reference: float, *, inverse: bool) -> float:
    return reference / ours if inverse else ours / reference


def percentile(number: int, values: Sequence[float]) -> float:
    """`number` is from 1 to 99."""
    return quantiles(values, n=100, method="inclusive")[number - 1]


def interleaved(
    rounds: int, ours: Callable[[], T], reference: Callable[[], T]
) -> list[tuple[T, T]]:
    """One after the other, again and again, so that noise falls on both."""
    return [(ours(), reference()) for _ in range(rounds)]
