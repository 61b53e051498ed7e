from collections.abc import Sequence
from datetime import timedelta

from uservault.access.principal import Principal
from uservault.events.log import EventLog
from uservault.limits.throttle import Throttle
from uservault.roles.assignments import RoleAssignments
from uservault.throttles.counters import ThrottleCounters
from uservault.throttles.events import ThrottlesLifted
from uservault.throttles.schemas import ThrottleQuery, ThrottleRead
from uservault.wiring.ports import Resources
from uservault.wiring.scope import Inject, Shared, injected


class ThrottleReader:
    """Who is throttled, by what, and until when."""

    def __init__(self, resources: Resources) -> None:
        self.throttle = Throttle(resources.counters)
        self.counters = resources.shared(ThrottleCounters)
        self.now = resources.clock

    async def find(self, query: ThrottleQuery) -> Sequence[ThrottleRead]:
        """Those that counted anything. Raises UserNotFound."""
        found = []
        async for each in self.counters.of(query):
            limit, what = each.counted
            used, ends_in = await self.throttle.standing(limit, *what)
            if used > 0:
                ends_at = self.now() + timedelta(seconds=ends_in)
                found.append(
                    ThrottleRead(
                        kind=limit.name,
                        name=each.name,
                        used=used,
                        limit=limit.amount,
                        ends_at=ends_at,
                    )
                )
        return found

    async def clear(self, query: ThrottleQuery) -> None:
        """Raises UserNotFound."""
        async for each in self.counters.of(query):
            limit, what = each.counted
            await self.throttle.forget(limit, *what)


@injected
class ThrottleService:
    """Lifts throttles before their time."""

    throttles: Shared[ThrottleReader]
    roles: Inject[RoleAssignments]
    events: Inject[EventLog]

    async def lift(self, query: ThrottleQuery, by: Principal) -> None:
        """Who may not change a user may not help others to guess their password, either.

        Raises UserNotFound or Forbidden.
        """
        if query.user_id is not None:
            await self.roles.ensure_may_change(query.user_id, by)
        await self.throttles.clear(query)
        self.events.record(ThrottlesLifted(subject_id=query.user_id, client=query.client))
