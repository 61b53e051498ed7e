import pytest

from uservault.limits.memory import MemoryCounters


class Watch:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.mark.promise("I7")
class TestMemoryCounters:
    def test_keeps_no_more_than_its_maximum(self, watch: Watch) -> None:
        counters = MemoryCounters(watch, maximum=1000)

        for number in range(1_000_000):
            counters.add(str(number), 1, 60)

        assert len(counters) == 1000
        assert counters.add("999999", 1, 60) == 2  # the newest stay
        assert counters.add("0", 1, 60) == 1  # and the oldest went

    def test_forgets_what_has_ended_as_new_ones_come(self, watch: Watch) -> None:
        counters = MemoryCounters(watch)
        for number in range(1000):
            counters.add(f"old {number}", 1, 60)
        watch.seconds = 60

        for number in range(500):
            counters.add(f"new {number}", 1, 60)

        assert len(counters) == 500

    def test_looks_at_two_of_a_million_and_no_more(self, watch: Watch) -> None:
        counters = MemoryCounters(watch, maximum=2_000_000)
        for number in range(1_000_000):
            counters.add(str(number), 1, 60)
        watch.seconds = 60

        counters.add("one more", 1, 60)

        assert len(counters) == 1_000_000 - 2 + 1

    def test_no_long_window_keeps_short_ones(self, watch: Watch) -> None:
        counters = MemoryCounters(watch)
        counters.add("long", 1, 3600)
        counters.add("short", 1, 60)
        watch.seconds = 60

        counters.add("shorter", 1, 60)

        assert len(counters) == 2
        assert counters.ends_in("long") == 3540
        assert counters.ends_in("short") == 0

    def test_a_window_does_not_move(self, watch: Watch) -> None:
        counters = MemoryCounters(watch)
        counters.add("a", 1, 60)
        watch.seconds = 59

        assert counters.add("a", 1, 60) == 2
        assert counters.ends_in("a") == 1
        assert counters.count("a") == 2
        watch.seconds = 60
        assert counters.count("a") == 0
        assert counters.add("a", 1, 60) == 1

    def test_takes_nothing_back_from_a_window_that_has_ended(self, watch: Watch) -> None:
        counters = MemoryCounters(watch)
        counters.add("a", 1, 60)
        watch.seconds = 60

        assert counters.add("a", -1, 60) == 0
        assert counters.add("a", 1, 60) == 1
