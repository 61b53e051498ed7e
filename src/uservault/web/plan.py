"""The dependencies of a route in the order of their calls, which is found once, at start."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from inspect import iscoroutinefunction
from typing import Any, TypeAlias

from fastapi import Request
from fastapi._compat import ModelField
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import request_params_to_args
from starlette.datastructures import QueryParams

from uservault.wiring.ports import Resources
from uservault.wiring.scope import Sharing

Function: TypeAlias = Callable[..., Awaitable[Any]]

# What a dependency can ask for that only the solver has.
OF_SOLVER = (
    "background_tasks_param_name",
    "body_params",
    "concurrency",
    "cookie_params",
    "own_oauth_scopes",
    "security_scopes_param_name",
    "websocket_param_name",
)


class NeedsSolver(Exception):
    """FastAPI's solver has to run: for this route, or for what this request sends."""


@dataclass(frozen=True)
class Call:
    """`results`: the parameters that take the results of earlier calls, with their places."""

    function: Function
    results: Sequence[tuple[str, int]]
    dependant: Dependant

    @cached_property
    def without_query(self) -> Mapping[str, Any]:
        """The query parameters of a request that has none."""
        return _read(self.dependant.query_params, QueryParams())

    async def make(self, request: Request, response: Any, results: Sequence[Any]) -> Any:
        values = {name: results[place] for name, place in self.results}
        own = self.dependant
        if name := own.request_param_name or own.http_connection_param_name:
            values[name] = request
        if own.response_param_name:
            values[own.response_param_name] = response
        for parameter in own.path_params:
            values[parameter.name] = _checked(parameter, request.path_params[parameter.alias])
        if own.query_params:
            query = request.query_params
            values |= _read(own.query_params, query) if query else self.without_query
        if own.header_params:
            values |= _read(own.header_params, request.headers)
        return await self.function(**values)


def _checked(field: ModelField, value: Any) -> Any:
    checked, errors = field.validate(value, {}, loc=("path", field.alias))
    if errors:
        raise NeedsSolver
    return checked


def _read(fields: Sequence[Any], given: Mapping[str, Any]) -> dict[str, Any]:
    values, errors = request_params_to_args(fields, given)
    if errors:
        raise NeedsSolver  # which gathers the errors of all parameters
    return values


@dataclass(frozen=True, slots=True)
class Plan:
    """`results` has a place for each call; those that are the process's are there already."""

    results: list[Any] = field(default_factory=list)
    calls: list[tuple[int, Call]] = field(default_factory=list)

    async def run(self, request: Request, response: Any) -> Any:
        """The endpoint's result. Raises NeedsSolver, and whatever a call raises.

        `response` takes the headers that the calls set.
        """
        results = self.results.copy()
        for place, call in self.calls:
            results[place] = await call.make(request, response, results)
        return results[-1]


def plan_of(dependant: Dependant, resources: Resources) -> Plan:
    """Raises NeedsSolver."""
    plan = Plan()
    _add(plan, {}, dependant, resources)
    return plan


def _add(plan: Plan, places: dict[Any, int], wanted: Dependant, resources: Resources) -> int:
    """Plan the call, after those that it needs; return the place of its result."""
    function: Any = wanted.call
    if function not in places:
        needed = [(each.name, _add(plan, places, each, resources)) for each in wanted.dependencies]
        place = places[function] = len(plan.results)
        if isinstance(function, Sharing):
            plan.results.append(resources.shared(function.wanted))
        else:
            _check(wanted)
            results = [(name, place) for name, place in needed if name]
            plan.results.append(None)
            plan.calls.append((place, Call(function, results, wanted)))
    return places[function]


def _check(wanted: Dependant) -> None:
    is_async = iscoroutinefunction(wanted.call) or iscoroutinefunction(
        getattr(wanted.call, "__call__", None)  # noqa: B004 - an object that is called
    )
    if not is_async or not wanted.use_cache or any(getattr(wanted, name) for name in OF_SOLVER):
        raise NeedsSolver
