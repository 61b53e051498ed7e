from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from uservault.access.guard import CurrentPrincipal, requires
from uservault.access.principal import Permission
from uservault.events.reader import EventReader
from uservault.events.schemas import EventQuery, EventRead, MyEventQuery, MyEventRead
from uservault.web.pagination import LINKED
from uservault.web.route import Route
from uservault.wiring.scope import Shared

router = APIRouter(prefix="/api", tags=["events"], route_class=Route)


@router.get("/events", dependencies=[requires(Permission.AUDIT_READ)], responses={200: LINKED})
async def list_events(
    query: Annotated[EventQuery, Query()],
    events: Shared[EventReader],
    request: Request,
    response: Response,
) -> Sequence[EventRead]:
    """A page of what happened, the newest first. All filters that are given must fit."""
    page = await events.page(query)
    return page.link(request, response)


@router.get("/me/events", responses={200: LINKED})
async def list_my_events(
    query: Annotated[MyEventQuery, Query()],
    me: CurrentPrincipal,
    events: Shared[EventReader],
    request: Request,
    response: Response,
) -> Sequence[MyEventRead]:
    """A page of what one did and what happened to one, the newest first."""
    page = await events.of_user(me.user_id, query)
    return page.link(request, response)
