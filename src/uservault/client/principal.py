from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """The user of a token. `roles` and `permissions` are from when the token was signed."""

    user_id: int
    session_id: int
    issued_at: int  # whole seconds since 1970
    roles: frozenset[str]
    permissions: frozenset[str]
    claims: Mapping[str, Any]  # all claims, read-only
