"""What a figure must reach, and what we aim at."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    AIM = "aim"
    MUST = "must"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Range:
    """Both ends belong to it. None: no end on that side."""

    least: float | None = None
    most: float | None = None

    def __contains__(self, value: float) -> bool:
        high_enough = self.least is None or value >= self.least
        return high_enough and (self.most is None or value <= self.most)

    def __str__(self) -> str:
        if self.least is None:
            return f"≤ {self.most}"
        if self.most is None:
            return f"≥ {self.least}"
        return f"{self.least} to {self.most}"


@dataclass(frozen=True, slots=True)
class Bar:
    """`aim` lies within `must`. Without an aim, the verdict is never better than `must`."""

    must: Range
    aim: Range | None = None

    def verdict(self, value: float) -> Verdict:
        if self.aim is not None and value in self.aim:
            return Verdict.AIM
        return Verdict.MUST if value in self.must else Verdict.MISSED


def at_least(must: float, aim: float) -> Bar:
    return Bar(Range(least=must), Range(least=aim))


def at_most(must: float, aim: float | None = None) -> Bar:
    return Bar(Range(most=must), None if aim is None else Range(most=aim))
