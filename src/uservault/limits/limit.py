import re
from dataclasses import dataclass

from uservault.settings.limits import RATE

SECONDS = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400}


@dataclass(frozen=True, slots=True)
class Limit:
    """`amount` tries within `window` seconds, for each key that is counted under `name`."""

    name: str
    amount: int
    window: int

    @classmethod
    def parsed(cls, name: str, rate: str) -> "Limit":
        """Parse a rate such as `10/minute` or `100/5 minutes`. Raises ValueError."""
        found = re.fullmatch(RATE, rate)
        if not found:
            raise ValueError("is not a rate")
        amount, count, unit = found.groups()
        return cls(name, int(amount), int(count or 1) * SECONDS[unit])

    def headers(self, left: int, ends_in: int | None = None) -> dict[str, str]:
        """The limit, and how many tries are `left` (draft-ietf-httpapi-ratelimit-headers-11)."""
        until = "" if ends_in is None else f";t={ends_in}"
        return {
            "RateLimit-Policy": f'"{self.name}";q={self.amount};w={self.window}',
            "RateLimit": f'"{self.name}";r={left}{until}',
        }
