"""Figures as `bench.report` writes them."""

from typing import Any


def read(service: str, *rounds: float) -> dict[str, Any]:
    """CPU of a read: the ratio of each round."""
    return _record(
        unit="CPU µs",
        ours=[100 / each for each in rounds],
        reference=[100.0] * len(rounds),
        ratio=sorted(rounds)[len(rounds) // 2],
        rounds=list(rounds),
        labels={"service": service, "what": "read oneself"},
    )


def page(service: str, users: int, percentile: int, milliseconds: float) -> dict[str, Any]:
    labels = {"service": service, "what": "page at 90 %", "users": users, "percentile": percentile}
    return _record(unit="ms", ours=[milliseconds], labels=labels)


def judged(measure: str, ratio: float, must: float, verdict: str) -> dict[str, Any]:
    return _record(
        measure=measure,
        ours=[ratio],
        reference=[1.0],
        ratio=ratio,
        rounds=[ratio],
        must={"least": must, "most": None},
        verdict=verdict,
    )


def _record(**given: Any) -> dict[str, Any]:
    lacking: dict[str, Any] = {
        "reference": [],
        "ratio": None,
        "rounds": [],
        "must": None,
        "aim": None,
    }
    return {"measure": "", "unit": "", "verdict": None, "labels": {}} | lacking | given
