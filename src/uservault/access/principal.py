"""Who is calling, and what they may do."""

from dataclasses import dataclass
from enum import StrEnum


class Permission(StrEnum):
    """The closed list."""

    USERS_READ = "users:read"
    USERS_WRITE = "users:write"
    USERS_DELETE = "users:delete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Whom a credential proved to be calling."""

    user_id: int
    permissions: frozenset[Permission] = frozenset()
