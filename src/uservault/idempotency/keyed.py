from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated, Any, TypeAlias

from fastapi import Depends, Header, Request, Response

from uservault.idempotency.attempt import NAME, Attempt, attempt_of
from uservault.idempotency.errors import IdempotencyKeyInUse, IdempotencyKeyReused
from uservault.idempotency.running import Running
from uservault.idempotency.service import IdempotencyService
from uservault.kit.problems import CODES
from uservault.wiring.scope import Scope, resources_of

VISIBLE = r"[!#-\[\]-~]{1,255}"  # no quote and no backslash, which a string of RFC 8941 escapes
Key: TypeAlias = Annotated[
    str | None,
    Header(
        alias=NAME,
        pattern=f'^({VISIBLE}|"{VISIBLE}")$',
        description="Random text. Repeat the request with it within 24 hours, and you get the"
        " same answer, with `Idempotent-Replayed: true`. 409 `idempotency-key-in-use`: the first"
        " is still running. 422 `idempotency-key-reused`: it was another request.",
        examples=['"8e03978e-40d5-43dd"'],
        json_schema_extra={CODES: [IdempotencyKeyInUse.code(), IdempotencyKeyReused.code()]},
    ),
]


class Keyed:
    """A request with an Idempotency-Key. No other of this process runs with the key meanwhile."""

    def __init__(self, request: Request, key: str) -> None:
        self.request = request
        self.key = key
        self.running = resources_of(request).shared(Running)
        self.claimed: str | None = None

    async def answer(
        self, work: Scope, endpoint: Callable[[], Awaitable[Any]], *, about_user: bool
    ) -> Any:
        """The endpoint's result, or the stored response. Call it after the guard."""
        attempt = await attempt_of(self.request, self.key)
        service = work.get(IdempotencyService)
        # Claim first, look second: whoever fails to claim finds the answer, once it is committed.
        result = await service.once(attempt, endpoint, claimed=self._claim(attempt))
        if not isinstance(result, Response):
            service.keep(self.request, attempt, result.id if about_user else None)
        return result

    def _claim(self, attempt: Attempt) -> bool:
        if self.running.claim(attempt.key_hash):
            self.claimed = attempt.key_hash
        return self.claimed is not None

    def release(self) -> None:
        if self.claimed:
            self.running.release(self.claimed)


async def _keyed(request: Request, key: Key = None) -> AsyncIterator[Keyed | None]:
    if key is None:
        yield None
        return
    keyed = Keyed(request, key)
    try:
        yield keyed
    finally:  # after the commit: the scope of this dependency is the whole request
        keyed.release()


MaybeKeyed: TypeAlias = Annotated[Keyed | None, Depends(_keyed)]
