"""Whom a token names, as other services see them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """`roles` and `permissions` are what the user held when the token was signed."""

    user_id: int
    session_id: int
    issued_at: int  # seconds since 1970, whole ones
    roles: frozenset[str]
    permissions: frozenset[str]
    claims: Mapping[str, Any]  # all of them, read-only
