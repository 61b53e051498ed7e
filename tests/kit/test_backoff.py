import pytest

from uservault.kit.backoff import backoff, jittered


@pytest.mark.parametrize(
    ("failures", "longest"), [(1, 30), (2, 60), (3, 120), (8, 3600), (10_000, 3600)]
)
def test_doubles_up_to_a_limit(failures: int, longest: float) -> None:
    waits = [backoff(failures, first=30, longest=3600) for _ in range(100)]

    assert longest / 2 <= min(waits)
    assert max(waits) <= longest


def test_spreads_those_who_began_together() -> None:
    assert len({jittered(10) for _ in range(100)}) > 50
