"""How long to wait before trying again."""

from random import uniform


def jittered(seconds: float) -> float:
    """Between half of it and all of it, so that those who began together do not stay so."""
    return uniform(seconds / 2, seconds)  # noqa: S311 - spreads load, guards nothing


def backoff(failures: int, first: float, longest: float) -> float:
    """Seconds until the next try after so many `failures`: twice as long each time."""
    return jittered(min(longest, first * 2.0 ** min(failures - 1, 60)))
