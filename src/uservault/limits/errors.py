from uservault.kit.problems import TooManyRequests
from uservault.limits.limit import Limit


class TooManyTries(TooManyRequests):
    """`first`: whether this is the first refusal in its window. Only that one is recorded."""

    title = "Too many tries. Wait a moment."
    keep_writes = True  # commits that record; nothing else is written before the raise

    def __init__(self, limit: Limit, wait: float, *, first: bool = False) -> None:
        super().__init__(wait)
        self.limit = limit
        self.first = first

    def headers(self) -> dict[str, str]:
        return super().headers() | self.limit.headers(0, self.wait)
