from dataclasses import dataclass

from limits import parse


@dataclass(frozen=True, slots=True)
class Limit:
    """`amount` tries within `window` seconds, for each key that is counted under `name`."""

    name: str
    amount: int
    window: int

    @classmethod
    def parsed(cls, name: str, rate: str) -> "Limit":
        """Parse a rate such as `10/minute`."""
        item = parse(rate)
        return cls(name, item.amount, item.get_expiry())

    def headers(self, left: int, ends_in: int | None = None) -> dict[str, str]:
        """The limit, and how many tries are `left` (draft-ietf-httpapi-ratelimit-headers-11)."""
        until = "" if ends_in is None else f";t={ends_in}"
        return {
            "RateLimit-Policy": f'"{self.name}";q={self.amount};w={self.window}',
            "RateLimit": f'"{self.name}";r={left}{until}',
        }
