from uservault.kit.problems import TooManyRequests


class TooManyTries(TooManyRequests):
    """`first`: whether it is the first that is refused in its window, the one to be recorded."""

    title = "Too many tries. Wait a moment."
    keep_writes = True  # that record; nothing else is written before it is raised

    def __init__(self, wait: float, *, first: bool = False) -> None:
        super().__init__(wait)
        self.first = first
