"""Answers reads without FastAPI's router and solver, which would cost more than the reads.

It takes the routes that need a guard, shared readers and parameters, and nothing else. Their
signatures document them as ever. FastAPI answers all other requests, and those with bad parameters.
"""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from re import Pattern
from typing import Any, Self, TypeAlias

from fastapi import FastAPI, Request, Response
from fastapi.datastructures import DefaultPlaceholder
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts, serialize_response
from starlette._utils import get_route_path
from starlette.convertors import Convertor
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from uservault.kit.problems import Problem
from uservault.web.head import answer_head
from uservault.web.plan import NeedsSolver, Plan, plan_of
from uservault.web.problem_handlers import answer
from uservault.wiring.ports import Resources

Serialize: TypeAlias = Callable[..., Awaitable[bytes]]
Ways: TypeAlias = Sequence[tuple["Place", "Way | None"]]


class DirectWays:
    """ASGI middleware. `prepare_direct_ways` says which routes it takes."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        method = scope.get("method")
        if method == "HEAD":
            await answer_head(self, scope, receive, send)
            return
        response = await _direct_response(scope, receive) if method == "GET" else None
        await (response or self.app)(scope, receive, send)


async def _direct_response(scope: Scope, receive: Receive) -> Response | None:
    if (way := _find(scope)) is None:
        return None
    try:
        return await way.response(Request(scope, receive))
    except Problem as problem:
        return answer(problem, scope)
    except NeedsSolver:
        return None


def _find(scope: Scope) -> "Way | None":
    path = get_route_path(scope)
    ways: Ways = getattr(scope["app"].state, "direct_ways", ())
    for place, way in ways:
        if match := place.pattern.match(path):
            if way is None or (scope["query_string"] and not way.takes_query):
                return None
            values = match.groupdict()
            found = {name: each.convert(values[name]) for name, each in place.convertors}
            scope["path_params"] = scope.get("path_params", {}) | found
            scope["route"] = place.route
            return way
    return None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a route is, as it was compiled for the router."""

    route: BaseRoute
    pattern: Pattern[str]
    convertors: Sequence[tuple[str, Convertor[Any]]]

    @classmethod
    def of(cls, context: RouteContext) -> Self:
        convertors = tuple(context.param_convertors.items())
        return cls(context.original_route, context.path_regex, convertors)


@dataclass(frozen=True, slots=True)
class Way:
    """How to answer a route."""

    plan: Plan
    takes_query: bool
    serialize: Serialize

    async def response(self, request: Request) -> Response:
        """Raises NeedsSolver or Problem."""
        headers: dict[str, str] = {}
        result = await self.plan.run(request, _Unborn(headers))
        if isinstance(result, Response):
            return result
        content = await self.serialize(response_content=result)
        return Response(content, headers=headers, media_type="application/json")


@dataclass(frozen=True, slots=True)
class _Unborn:
    """What an endpoint can ask of its response: to take headers. A whole one takes longer."""

    headers: dict[str, str]


def prepare_direct_ways(app: FastAPI, resources: Resources) -> None:
    """To be called once all routes are there. A route is matched in the router's order."""
    app.state.direct_ways = list(_ways(app, resources))


def _ways(app: FastAPI, resources: Resources) -> Iterator[tuple[Place, Way | None]]:
    for context in iter_route_contexts(app.routes):
        if "GET" in (context.methods or ()):
            yield Place.of(context), _way(context, resources)


def _way(context: RouteContext, resources: Resources) -> Way | None:
    """None if FastAPI has to answer the route."""
    if not isinstance(context.original_route, APIRoute) or not _is_plain(context):
        return None
    try:
        plan = plan_of(context.dependant, resources)
    except NeedsSolver:
        return None
    serialize = partial(
        serialize_response,
        field=context.response_field,
        exclude_none=context.response_model_exclude_none,
        dump_json=True,
    )
    return Way(plan, bool(context.dependant.query_params), serialize)


def _is_plain(context: RouteContext) -> bool:
    """Whether it answers a model as JSON with status 200."""
    is_json = isinstance(context.response_class, DefaultPlaceholder)
    whole = not (context.response_model_include or context.response_model_exclude)
    plain = context.response_field is not None and context.status_code in (None, 200)
    return is_json and whole and plain
