from collections.abc import Sequence
from typing import Annotated

from fastapi import Query

from uservault.access.guard import CurrentPrincipal, requires
from uservault.access.principal import Permission
from uservault.kit.problems import problems
from uservault.kit.schema import Message
from uservault.throttles.schemas import ThrottleQuery, ThrottleRead
from uservault.throttles.service import ThrottleReader, ThrottleService
from uservault.users.errors import UserNotFound
from uservault.web.routing import Router
from uservault.wiring.scope import Inject, Shared

router = Router(prefix="/api/throttles", tags=["throttles"])

Named = Annotated[ThrottleQuery, Query()]


@router.get("", dependencies=[requires(Permission.AUDIT_READ)], responses=problems(UserNotFound))
async def list_throttles(query: Named, throttles: Shared[ThrottleReader]) -> Sequence[ThrottleRead]:
    """List what is counted against a user, a client, or both."""
    return await throttles.find(query)


@router.delete(
    "", dependencies=[requires(Permission.USERS_WRITE)], responses=problems(UserNotFound)
)
async def lift_throttles(
    query: Named, me: CurrentPrincipal, throttles: Inject[ThrottleService]
) -> Message:
    """Lift the throttles of a user, a client, or both: what is counted begins anew."""
    await throttles.lift(query, me)
    return Message(message="Throttles lifted")
