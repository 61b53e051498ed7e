import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from tests.support.fakes import FakeClock, FakeCounters
from uservault.limits.errors import TooManyTries
from uservault.limits.limit import Limit
from uservault.limits.throttle import Throttle
from uservault.settings.limits import Rate


class TestLimit:
    @pytest.mark.parametrize(
        ("rate", "amount", "window"),
        [("10/minute", 10, 60), ("1/second", 1, 1), ("5/2 hours", 5, 7200), ("7/day", 7, 86400)],
    )
    def test_is_written_as_people_say_it(self, rate: str, amount: int, window: int) -> None:
        assert Limit.parsed("x", rate) == Limit("x", amount, window)

    @given(
        st.from_regex(
            r"[1-9][0-9]{0,6}/([1-9][0-9]{0,3} ?)?(second|minute|hour|day)s?", fullmatch=True
        )
    )
    def test_can_be_made_of_every_rate_that_the_settings_take(self, rate: str) -> None:
        assert TypeAdapter(Rate).validate_python(rate) == rate

        limit = Limit.parsed("x", rate)

        assert limit.amount == int(rate.partition("/")[0])
        assert limit.window >= 1

    def test_is_told_in_structured_fields(self) -> None:
        limit = Limit("login", 10, 60)

        assert limit.headers(3) == {
            "RateLimit-Policy": '"login";q=10;w=60',
            "RateLimit": '"login";r=3',
        }
        assert limit.headers(0, 42)["RateLimit"] == '"login";r=0;t=42'


class TestThrottle:
    async def test_takes_as_many_as_the_limit_says(self, clock: FakeClock) -> None:
        throttle, limit = Throttle(FakeCounters(clock)), Limit("x", 2, 60)
        for _ in range(2):
            await throttle.take(limit, "ada")

        with pytest.raises(TooManyTries) as refused:
            await throttle.take(limit, "ada")

        assert refused.value.wait == 60
        assert refused.value.headers() == {
            "Retry-After": "60",
            "RateLimit-Policy": '"x";q=2;w=60',
            "RateLimit": '"x";r=0;t=60',
        }
        await throttle.take(limit, "eve")
        await throttle.forget(limit, "ada")
        await throttle.take(limit, "ada")

    @pytest.mark.promise("G1")
    async def test_tells_the_storage_no_names(self, clock: FakeClock) -> None:
        counters = FakeCounters(clock)
        throttle = Throttle(counters)

        await throttle.take(Limit("x", 2, 60), "ada@example.com", None)
        await throttle.give_back(Limit("x", 2, 60), "ada@example.com", None)

        (key,) = counters.counts
        assert "ada" not in key.removeprefix("uservault/x/")
        assert counters.counts[key] == 0
