"""Lets an endpoint see its complete response before the unit of work commits."""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeAlias

from fastapi import Request, Response

Handler: TypeAlias = Callable[[Request], Coroutine[Any, Any, Response]]
Finish: TypeAlias = Callable[[Response], Awaitable[Response]]
NAME = "before_commit"  # in the ASGI scope


def before_commit(request: Request, finish: Finish) -> None:
    """Await `finish` with the complete response. It returns the one to send.

    What it raises rolls back the unit of work.
    """
    request.scope[NAME] = finish


def finishing(handle: Handler) -> Handler:
    async def handle_and_finish(request: Request) -> Response:
        response = await handle(request)
        finish: Finish | None = request.scope.get(NAME)
        return await finish(response) if finish else response

    return handle_and_finish
