from uservault.access.principal import Principal
from uservault.limits.limit import Limit
from uservault.limits.throttle import Throttle
from uservault.wiring.ports import Resources

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "QUERY"})  # methods that only read


class WriteThrottle:
    """Limits what one session changes: a stolen token, or a script that runs wild.

    Not what one user changes: a thief's session would keep its owner from ending it (I4).
    """

    def __init__(self, resources: Resources) -> None:
        self.throttle = Throttle(resources.counters)
        self.limit = Limit.parsed("writes", resources.settings.limits.writes_per_session)

    async def admit(self, principal: Principal) -> dict[str, str]:
        """Counts a write, whatever becomes of it. Headers for the answer. Raises TooManyTries."""
        session = str(principal.session_id)
        taken = await self.throttle.take(self.limit, str(principal.user_id), session)
        return self.limit.headers(taken)
