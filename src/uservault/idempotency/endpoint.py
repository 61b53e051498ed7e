"""Marks the endpoints that take an Idempotency-Key (draft-ietf-httpapi-idempotency-key-header)."""

from collections.abc import Callable
from functools import partial, wraps
from inspect import Parameter, signature
from typing import Any

from uservault.idempotency.keyed import Keyed, MaybeKeyed
from uservault.web.returns import Endpoint
from uservault.wiring.scope import RequestScope, Scope

OURS = [
    Parameter("keyed", Parameter.KEYWORD_ONLY, annotation=MaybeKeyed),
    Parameter("work", Parameter.KEYWORD_ONLY, annotation=RequestScope),
]


def idempotent(*, about_user: bool = False) -> Callable[[Endpoint], Endpoint]:
    """Decorates an endpoint: with an Idempotency-Key, it runs once, and repetitions get its answer.

    FastAPI calls the endpoint after the guard and the validation, so those come first. If the
    result is `about_user`, its `id` is the user's, and the stored answer is deleted with them.
    """

    def mark(endpoint: Endpoint) -> Endpoint:
        @wraps(endpoint)
        async def answer(*, keyed: Keyed | None, work: Scope, **values: Any) -> Any:
            if keyed is None:
                return await endpoint(**values)
            return await keyed.answer(work, partial(endpoint, **values), about_user=about_user)

        own = signature(endpoint)
        parameters = [*own.parameters.values(), *OURS]
        answer.__signature__ = own.replace(parameters=parameters)  # type: ignore[attr-defined]
        return answer

    return mark
