from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

MAX_COUNTERS = 500_000  # per length of window; some 100 MB


@dataclass(slots=True)
class Counter:
    count: int
    end: float


class MemoryCounters:
    """Counters in this process. Each call takes the same time, however many counters there are.

    Counters of one length of window end in the order in which they began. So each new one removes
    up to two that have ended, and the oldest if there are too many.
    """

    def __init__(self, now: Callable[[], float] = monotonic, maximum: int = MAX_COUNTERS) -> None:
        self._now = now
        self._maximum = maximum
        self._windows: defaultdict[int, dict[str, Counter]] = defaultdict(dict)

    def __len__(self) -> int:
        return sum(map(len, self._windows.values()))

    def add(self, key: str, amount: int, window: int) -> int:
        """The count in the window of so many seconds, this `amount` included.

        To take back from a counter that has ended does nothing.
        """
        counters = self._windows[window]
        counter = counters.get(key)
        if counter is None or counter.end <= self._now():
            counters.pop(key, None)
            if amount < 0:
                return 0
            self._make_room(counters)
            counter = counters[key] = Counter(0, self._now() + window)
        counter.count += amount
        return counter.count

    def count(self, key: str) -> int:
        """The count now; 0 if the counter has ended or there is none."""
        counters = [each[key] for each in self._windows.values() if key in each]
        return sum(each.count for each in counters if each.end > self._now())

    def ends_in(self, key: str) -> float:
        """Seconds until the window of the counter ends; 0 without one."""
        ends = [each[key].end for each in self._windows.values() if key in each]
        return max(0.0, max(ends, default=0.0) - self._now()) if ends else 0.0

    def clear(self, key: str) -> None:
        for counters in self._windows.values():
            counters.pop(key, None)

    def _make_room(self, counters: dict[str, Counter]) -> None:
        for _ in range(2):
            oldest = next(iter(counters), None)
            full = len(counters) >= self._maximum
            if oldest is None or not (full or counters[oldest].end <= self._now()):
                return
            del counters[oldest]
