"""A time-out of a connection."""

from asyncio import AbstractEventLoop, TimerHandle
from collections.abc import Callable


class Deadline:
    """Calls back when its time is over, unless it is stopped before."""

    def __init__(self, loop: AbstractEventLoop, callback: Callable[[], None]) -> None:
        self._loop = loop
        self._callback = callback
        self._timer: TimerHandle | None = None

    @property
    def runs(self) -> bool:
        return self._timer is not None

    def start(self, seconds: float) -> None:
        """Anew, if it runs already."""
        self.stop()
        self._timer = self._loop.call_later(seconds, self._callback)

    def stop(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None
