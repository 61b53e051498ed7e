"""Names by how often each was counted."""

from collections import Counter, defaultdict
from collections.abc import Iterator


class Ranking:
    """Counts up and down in constant time. Iterates from the most to the least."""

    def __init__(self) -> None:
        self._counts: Counter[str | None] = Counter()
        self._names: defaultdict[int, dict[str | None, None]] = defaultdict(dict)

    def count(self, name: str | None, change: int) -> int:
        before = self._counts[name]
        self._names[before].pop(name, None)
        if not self._names[before]:
            del self._names[before]
        now = self._counts[name] = before + change
        if now:
            self._names[now][name] = None
        else:
            del self._counts[name]
        return now

    def __iter__(self) -> Iterator[str | None]:
        """Those of the same count in the order in which they reached it."""
        for count in sorted(self._names, reverse=True):
            yield from self._names[count]
