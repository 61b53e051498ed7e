"""Who is calling, and what they may do."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from uservault.kit.problems import Forbidden


class Permission(StrEnum):
    """What one may be permitted to do. The list is closed."""

    USERS_READ = "users:read"
    USERS_WRITE = "users:write"
    USERS_DELETE = "users:delete"
    SESSIONS_READ = "sessions:read"
    SESSIONS_WRITE = "sessions:write"
    ROLES_READ = "roles:read"
    ROLES_WRITE = "roles:write"
    AUDIT_READ = "audit:read"
    MAIL_READ = "mail:read"
    MAIL_WRITE = "mail:write"
    INVITATIONS_WRITE = "invitations:write"
    TRANSFER_IMPORT = "transfer:import"
    TRANSFER_EXPORT = "transfer:export"


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Whom a credential proved to be calling."""

    user_id: int
    session_id: int | None = None
    permissions: frozenset[Permission] = frozenset()

    def ensure_holds(self, permissions: Iterable[Permission]) -> None:
        """Nobody hands on, or takes away, what they do not hold themselves. Raises Forbidden."""
        if missing := sorted(set(permissions) - self.permissions):
            raise Forbidden(missing=missing)
