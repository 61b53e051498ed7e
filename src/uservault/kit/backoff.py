"""How long to wait before trying again."""

from random import uniform


def jittered(seconds: float) -> float:
    """A random time between half of `seconds` and all of it: processes do not stay in step."""
    return uniform(seconds / 2, seconds)  # noqa: S311 - spreads load, guards nothing


def backoff(failures: int, first: float, longest: float) -> float:
    """Seconds until the next try: doubles with each failure from `first`, up to `longest`."""
    return jittered(min(longest, first * 2.0 ** min(failures - 1, 60)))
