"""Response headers that a route declares by its return type: `-> Tagged[UserRead]`."""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from functools import wraps
from inspect import Parameter, Signature, signature
from typing import Any, TypeAlias, get_args

from fastapi import Request, Response

Endpoint: TypeAlias = Callable[..., Coroutine[Any, Any, Any]]
OURS = [
    Parameter("request", Parameter.KEYWORD_ONLY, annotation=Request),
    Parameter("response", Parameter.KEYWORD_ONLY, annotation=Response),
]


@dataclass(frozen=True)
class Adds:
    """Annotates a return type with headers. `read` takes them from the route's result."""

    names: tuple[str, ...]
    read: Callable[[Any, Request], Mapping[str, str]]
    body: Callable[[Any], Any] = lambda result: result  # takes the body from the result
    shape: Callable[[Any], Any] = lambda kind: kind  # takes the body's type from its type

    def to(self, endpoint: Endpoint) -> Endpoint:
        """Wrap the endpoint so that it sets the headers."""

        @wraps(endpoint)
        async def answer(*, request: Request, response: Response, **values: Any) -> Any:
            result = await endpoint(**values)
            if isinstance(result, Response):  # complete, with headers of its own
                return result
            headers, body = self.read(result, request), self.body(result)
            if isinstance(body, bytes):  # JSON that is of the declared shape
                return Response(body, headers=dict(headers), media_type="application/json")
            response.headers.update(headers)
            return body

        answer.__signature__ = self._for_fastapi(signature(endpoint))  # type: ignore[attr-defined]
        return answer

    def _for_fastapi(self, own: Signature) -> Signature:
        """The signature without this annotation, and with the parameters that `answer` needs."""
        body = self.shape(get_args(own.return_annotation)[0])
        return own.replace(parameters=[*own.parameters.values(), *OURS], return_annotation=body)


def added_by(endpoint: Endpoint) -> Adds | None:
    marks = getattr(signature(endpoint).return_annotation, "__metadata__", ())
    return next((mark for mark in marks if isinstance(mark, Adds)), None)
