import pytest

from bench.sweep import swept


@pytest.mark.parametrize(
    ("users", "expected"),
    [
        (500, [500]),
        (5_000, [1_000, 5_000]),
        (100_000, [1_000, 10_000, 100_000]),
        (1_000_000, [1_000, 10_000, 100_000, 1_000_000]),
    ],
)
def test_sizes_end_with_how_many_users_there_may_be(users: int, expected: list[int]) -> None:
    assert swept(users) == expected
