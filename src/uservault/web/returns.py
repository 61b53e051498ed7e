"""What a route's return type says of its answer besides the body: `-> Tagged[UserRead]`."""

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
    """In the annotation of a return type: the headers that the result gives the answer."""

    names: tuple[str, ...]
    read: Callable[[Any, Request], Mapping[str, str]]
    body: Callable[[Any], Any] = lambda result: result  # what of the result is the body
    shape: Callable[[Any], Any] = lambda kind: kind  # and of its type

    def to(self, endpoint: Endpoint) -> Endpoint:
        """The endpoint, which sets the headers too, so that it need not ask for the response."""

        @wraps(endpoint)
        async def answer(*, request: Request, response: Response, **values: Any) -> Any:
            result = await endpoint(**values)
            response.headers.update(self.read(result, request))
            return self.body(result)

        answer.__signature__ = self._seen(signature(endpoint))  # type: ignore[attr-defined]
        return answer

    def _seen(self, own: Signature) -> Signature:
        """What FastAPI shall see: the body's type without our mark, and what we need ourselves."""
        body = self.shape(get_args(own.return_annotation)[0])
        return own.replace(parameters=[*own.parameters.values(), *OURS], return_annotation=body)


def added_by(endpoint: Endpoint) -> Adds | None:
    marks = getattr(signature(endpoint).return_annotation, "__metadata__", ())
    return next((mark for mark in marks if isinstance(mark, Adds)), None)
