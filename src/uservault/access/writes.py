from uservault.access.principal import Principal
from uservault.limits.limit import Limit
from uservault.limits.throttle import Throttle
from uservault.wiring.ports import Resources

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "QUERY"})  # methods that only read


class WriteThrottle:
    """Limits what one user changes: a stolen token, or a script that runs wild."""

    def __init__(self, resources: Resources) -> None:
        self.throttle = Throttle(resources.counters)
        self.limit = Limit.parsed("writes", resources.settings.limits.writes_per_user)

    async def admit(self, principal: Principal) -> dict[str, str]:
        """Counts a write, whatever becomes of it. Headers for the answer. Raises TooManyTries."""
        return self.limit.headers(await self.throttle.take(self.limit, *counter(principal.user_id)))


def counter(user_id: int) -> tuple[str, str]:
    """What a user's writes are counted under."""
    return "user", str(user_id)
