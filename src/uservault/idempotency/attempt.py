"""What a request with an Idempotency-Key is recognized by."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from fastapi import Request

from uservault.access.principal import Principal
from uservault.kit.crypto import digest
from uservault.kit.problems import Invalid, pointer
from uservault.telemetry.origin import Origin
from uservault.web.route import body_of

NAME = "Idempotency-Key"


@dataclass(frozen=True, slots=True)
class Attempt:
    """A request with a key. `key_hash` is of the caller and their key, so callers never meet.

    `user_id` is the caller; None for an anonymous one. The fingerprint may be of a password:
    encrypt it.
    """

    key_hash: str
    user_id: int | None
    fingerprint: str


async def attempt_of(request: Request, key: str) -> Attempt:
    """Call it after the guard, which leaves the principal. Raises Invalid for several keys."""
    if len(request.headers.getlist(NAME)) > 1:
        detail = "Send the header once."
        raise Invalid(errors=[{"pointer": pointer("header", NAME), "detail": detail}])
    principal: Principal | None = request.scope.get("principal")
    return Attempt(
        key_hash=digest(json.dumps([*_caller(request, principal), key.strip('"')])),
        user_id=principal.user_id if principal else None,
        fingerprint=await _fingerprint(request),
    )


def _caller(request: Request, principal: Principal | None) -> Sequence[Any]:
    if principal:
        return (principal.subject.kind, principal.subject.id)
    origin: Origin = request.scope["origin"]
    return ("network", origin.client.network, request.method, request.scope["path"])


async def _fingerprint(request: Request) -> str:
    asked = [request.method, request.scope["path"], request.headers.getlist("if-match")]
    return sha256(json.dumps(asked).encode() + b"\n" + await body_of(request)).hexdigest()
