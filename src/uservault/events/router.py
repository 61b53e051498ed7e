from typing import Annotated

from fastapi import Query

from uservault.access.guard import CurrentPrincipal, requires
from uservault.access.principal import Permission
from uservault.events.reader import EventReader
from uservault.events.schemas import EventQuery, EventRead, MyEventQuery, MyEventRead
from uservault.web.pagination import Paged
from uservault.web.routing import Router
from uservault.wiring.scope import Shared

router = Router(prefix="/api", tags=["events"])


@router.get("/events", dependencies=[requires(Permission.AUDIT_READ)])
async def list_events(
    query: Annotated[EventQuery, Query()],
    events: Shared[EventReader],
) -> Paged[EventRead]:
    """List events, newest first. An event must match all filters."""
    return await events.page(query)


@router.get("/me/events")
async def list_my_events(
    query: Annotated[MyEventQuery, Query()],
    me: CurrentPrincipal,
    events: Shared[EventReader],
) -> Paged[MyEventRead]:
    """List what you did and what happened to you, newest first."""
    return await events.of_user(me.user_id, query)
