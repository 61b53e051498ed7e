"""The caller, and what they may do."""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple, Self

from uservault.kit.problems import Forbidden

EVERYTHING = "*"  # all permissions: our own, and those of applications, whenever registered


class Permission(StrEnum):
    """What UserVault itself can permit. The list is closed; applications register their own."""

    USERS_READ = "users:read"
    USERS_WRITE = "users:write"
    USERS_DELETE = "users:delete"
    USERS_RECOVER = "users:recover"
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


class SubjectKind(StrEnum):
    """What can act. Services with credentials of their own will be another kind."""

    USER = "user"


class Subject(NamedTuple):
    """A user, to whom everything that a credential permits is attributed."""

    kind: SubjectKind
    id: int


class CredentialKind(StrEnum):
    """What a request can present. API keys will be another kind."""

    SESSION = "session"


class Credential(NamedTuple):
    """What the caller presented, by its id."""

    kind: CredentialKind
    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """The caller: who they are, what they presented, what they may do, and how they proved it.

    `applications` are the permissions of applications, or EVERYTHING. No route of ours wants one.
    `authenticated_at` and `methods` (RFC 8176) are of the last proof, not of the last request.
    `scope` is room for an organisation's; it is always None today. `user` holds the columns of the
    caller's user as they were read with the credential: see `users.reader`.
    """

    subject: Subject
    credential: Credential | None = None
    permissions: frozenset[Permission] = frozenset()
    applications: frozenset[str] = frozenset()
    authenticated_at: datetime | None = None
    methods: tuple[str, ...] = ()
    scope: None = None
    user: Sequence[Any] | None = field(default=None, repr=False, compare=False)

    @classmethod
    def of_user(cls, id: int, held: Set[str] = frozenset()) -> Self:
        """A user who presented nothing: on whose behalf the service itself acts."""
        ours = frozenset(permission for permission in Permission if permission in held)
        return cls(
            subject=Subject(SubjectKind.USER, id),
            permissions=ours,
            applications=frozenset(held - ours),
        )

    @property
    def user_id(self) -> int:
        return self.subject.id

    @property
    def session_id(self) -> int | None:
        match self.credential:
            case Credential(CredentialKind.SESSION, id):
                return id
        return None

    def ensure_holds(self, permissions: Iterable[str]) -> None:
        """You can only grant or take away permissions that you hold. Raises Forbidden."""
        if EVERYTHING in self.applications:
            return
        if missing := sorted(set(permissions) - self.permissions - self.applications):
            raise Forbidden(missing=missing)
