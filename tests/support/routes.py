"""The tables of the API: its endpoints by tag, and who may call each route."""

from collections.abc import Iterator
from typing import Any

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from tests.support.markdown import code, one_line, table
from uservault.access.guard import Guard
from uservault.app import ROUTERS, TAGS, create_app
from uservault.kit.problems import Unauthorized
from uservault.settings.tree import Settings

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def endpoints() -> str:
    """A table for each tag."""
    paths = create_app(Settings.model_construct()).openapi()["paths"]
    return "\n\n".join(_section(tag, text, paths) for tag, text in TAGS.items())


def _section(tag: str, text: str, paths: dict[str, Any]) -> str:
    rows = [
        (code(f"{method.upper()} {path}"), _first_paragraph(operation["description"]))
        for path in sorted(paths)
        for method, operation in paths[path].items()
        if tag in operation["tags"]
    ]
    lines = table(("endpoint", "what it does"), rows)
    return f"### {tag}\n\n{text}\n\n{lines}"


def _first_paragraph(text: str) -> str:
    return one_line(text.partition("\n\n")[0])


def routes() -> str:
    """Every route once, with what its guard asks for."""
    rows = [
        (method, code(route.path_format), access(route), code(route.name))
        for method, route in sorted(every_route(), key=_place)
    ]
    return table(("method", "path", "who may call it", "operation"), rows)


def every_route() -> Iterator[tuple[str, APIRoute]]:
    for router in ROUTERS:
        for route in router.routes:
            if isinstance(route, APIRoute):
                methods = route.methods or ()
                yield from ((method, route) for method in METHODS if method in methods)


def _place(item: tuple[str, APIRoute]) -> tuple[str, int]:
    method, route = item
    return route.path_format, METHODS.index(method)


def access(route: APIRoute) -> str:
    """Who may call the route, in the words of the table."""
    guards = list(_guards(route.dependant))
    needed = sorted(set().union(*(guard.needed for guard in guards)))
    if not guards:
        return "public; a token may be sent" if _reads_token(route) else "public"
    if not needed:
        return "any signed-in user"
    permissions = " and ".join(map(code, needed))
    return f"the user, or {permissions}" if any(each.or_self for each in guards) else permissions


def _guards(dependant: Dependant) -> Iterator[Guard]:
    for dependency in dependant.dependencies:
        if isinstance(dependency.call, Guard):
            yield dependency.call
        yield from _guards(dependency)


def _reads_token(route: APIRoute) -> bool:
    """Whether a route without a guard refuses bad tokens all the same."""
    return Unauthorized.code() in str(route.responses.get(Unauthorized.status))
