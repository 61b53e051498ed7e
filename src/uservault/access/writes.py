from uservault.access.principal import Principal
from uservault.limits.limit import Limit
from uservault.limits.throttle import Counted, Throttle
from uservault.wiring.ports import Resources

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "QUERY"})  # methods that only read


class WriteThrottle:
    """Limits what one user changes: a stolen token, or a script that runs wild."""

    def __init__(self, resources: Resources) -> None:
        self.throttle = Throttle(resources.counters)
        self.limit = Limit.parsed("writes", resources.settings.limits.writes_per_user)

    async def admit(self, principal: Principal) -> dict[str, str]:
        """Counts a write, whatever becomes of it. Headers for the answer. Raises TooManyTries."""
        limit, what = self.of_user(principal.user_id)
        return limit.headers(await self.throttle.take(limit, *what))

    def of_user(self, user_id: int) -> Counted:
        """The counter of a user's writes."""
        return self.limit, ("user", str(user_id))
