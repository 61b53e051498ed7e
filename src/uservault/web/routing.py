"""The class of the features' routers."""

from typing import Any

from fastapi import APIRouter
from fastapi.routing import APIRoute

from uservault.web.route import Route


class Router(APIRouter):
    """Its routes are complete when their module is imported: the app takes them as they are.

    `FastAPI.include_router` would work out each of them again, which took 0.1 s of the start.
    """

    def __init__(self, *, route_class: type[APIRoute] = Route, **options: Any) -> None:
        super().__init__(
            route_class=route_class, generate_unique_id_function=_operation_id, **options
        )


def _operation_id(route: APIRoute) -> str:
    return route.name
